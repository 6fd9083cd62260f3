"""Where authors write: one page with all pages of a content, saved as they type."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from lms import content, questions
from lms.accounts import names
from lms.attrs import validated
from lms.content import Content, ContentPage, PageAttrs, PageDraft
from lms.db import db, find
from lms.errors import Conflict, Invalid, NotFound
from lms.views import playing
from lms.views.access import login_required, me
from lms.views.as_json import as_json, sent
from lms.views.contents import editable_pages
from lms.views.media import address

blueprint = Blueprint("authoring", __name__, url_prefix="/contents/<int:id>/pages")


@blueprint.get("/")
@login_required
def show(id: int) -> str:
    """The pages with their blocks."""
    row = editable_pages(id)
    return render_template(
        "contents/author.html",
        content=row,
        data={"pages": [_as_data(page) for page in row.pages], "problems": _problems(row), "files": _files(row)},
        banks=questions.bank_choices(row.organization_id),
    )


@blueprint.post("/")
@login_required
@as_json
def add(id: int) -> dict[str, Any]:
    """Another page at the end."""
    row = editable_pages(id)
    page = content.add_page(row, validated(PageAttrs, {"title": sent().get("title", "")}), me())
    return {"page": _as_data(page)}


@blueprint.get("/<int:page_id>")
@login_required
@as_json
def read(id: int, page_id: int) -> dict[str, Any]:
    """The page as it is saved, and who saved it."""
    return _current(_page(id, page_id))


@blueprint.patch("/<int:page_id>")
@login_required
@as_json
def save(id: int, page_id: int) -> Any:
    """Keep what was written; 409 with the other's text if somebody else has saved meanwhile."""
    page = _page(id, page_id)
    try:
        content.save_page(page, validated(PageDraft, sent()), me())
    except Conflict as error:
        db.session.rollback()
        return {"error": _(error.message), **_current(_page(id, page_id))}, 409
    return {"revision": page.revision, "problems": _problems(page.content)}


@blueprint.post("/<int:page_id>/duplicate")
@login_required
@as_json
def duplicate(id: int, page_id: int) -> dict[str, Any]:
    """A copy behind the page."""
    page = _page(id, page_id)
    copy = content.duplicate_page(page, _("Copy of %(title)s", title=page.title), me())
    return {"page": _as_data(copy), "problems": _problems(copy.content)}


@blueprint.delete("/<int:page_id>")
@login_required
@as_json
def delete(id: int, page_id: int) -> dict[str, Any]:
    """Remove a page."""
    page = _page(id, page_id)
    row = page.content
    content.delete_page(page, me())
    return {"problems": _problems(row)}


@blueprint.post("/order")
@login_required
@as_json
def order(id: int) -> dict[str, Any]:
    """Put the pages in another order."""
    row, ids = editable_pages(id), sent().get("order")
    if not isinstance(ids, list) or not all(isinstance(number, int) for number in ids):
        raise Invalid("order", "The order did not come through. Reload the page and try again.")
    content.order_pages(row, ids, me())
    return {"saved": True}


@blueprint.post("/try")
@login_required
@as_json
def try_question(id: int) -> dict[str, Any]:
    """Grade an answer given in the preview."""
    row, data = editable_pages(id), sent()
    return playing.try_question(row, str(data.get("key", "")), data.get("answer"))


def _page(id: int, page_id: int) -> ContentPage:
    row, page = editable_pages(id), find(ContentPage, page_id, me().organization_id)
    if page.content_id != row.id:
        raise NotFound("There is no such page, or it was deleted.")
    return page


def _as_data(page: ContentPage) -> dict[str, Any]:
    return {**content.as_data(page), "url": url_for("authoring.read", id=page.content_id, page_id=page.id)}


def _current(page: ContentPage) -> dict[str, Any]:
    who = names({page.changed_by_id}).get(page.changed_by_id, "") if page.changed_by_id else ""
    return {"page": _as_data(page), "by": who, "files": _files(page.content)}


def _problems(row: Content) -> list[dict[str, Any]]:
    return [
        {"page": problem.page_id, "block": problem.block_id, "message": _(problem.message)}
        for problem in content.problems(row)
    ]


def _files(row: Content) -> dict[int, dict[str, Any]]:
    files = content.files_of(row.pages, row.organization_id)
    return {id: {"url": address(file), "name": file.name, "mime": file.mime} for id, file in files.items()}

"""Contents and their pages."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import content
from lms.attrs import validated
from lms.content import Content, ContentAttrs, ContentPage, PageAttrs
from lms.db import find
from lms.policy import authorize
from lms.views.access import fields, form_errors, list_arguments, login_required, me
from lms.views.forms.courses import ContentForm, PageForm
from lms.views.subjects import numbers

blueprint = Blueprint("contents", __name__, url_prefix="/contents")


def _editable(id: int) -> Content:
    row = find(Content, id, me().organization_id)
    authorize(me(), "edit", row)
    return row


@blueprint.get("/")
@login_required
def index() -> str:
    """All contents."""
    authorize(me(), "edit", "Content")
    page = content.contents_page(me().organization_id, *list_arguments("title"))
    return render_template("contents/index.html", list=page)


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Response:
    """A new content."""
    authorize(me(), "edit", "Content")
    form = ContentForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            row = content.create_content(validated(ContentAttrs, fields(form)), me())
        if saved:
            flash(_("The content is there. Now write its pages."))
            return redirect(url_for("contents.show", id=row.id))
    return render_template("contents/form.html", form=form, content=None)


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str | Response:
    """A content with its pages in order."""
    if _editable(id).kind == content.PACKAGE:
        return redirect(url_for("packages.show", id=id))
    return render_template("contents/show.html", content=_editable(id))


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change title or summary."""
    row = _editable(id)
    form = ContentForm(obj=row)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            content.update_content(row, validated(ContentAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("contents.show", id=row.id))
    return render_template("contents/form.html", form=form, content=row)


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove a content no course uses."""
    content.delete_content(_editable(id), me())
    flash(_("The content is deleted."))
    return redirect(url_for("contents.index"))


@blueprint.route("/<int:id>/pages/new", methods=["GET", "POST"])
@login_required
def new_page(id: int) -> str | Response:
    """Write another page."""
    row = _editable(id)
    form = PageForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            content.add_page(row, validated(PageAttrs, fields(form)), me())
        if saved:
            flash(_("The page is added."))
            return redirect(url_for("contents.show", id=row.id))
    return render_template("contents/page.html", form=form, content=row, row=None)


@blueprint.route("/<int:id>/pages/<int:page_id>", methods=["GET", "POST"])
@login_required
def edit_page(id: int, page_id: int) -> str | Response:
    """Change a page."""
    row, page = _editable(id), find(ContentPage, page_id, me().organization_id)
    form = PageForm(obj=page)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            content.update_page(page, validated(PageAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("contents.show", id=row.id))
    return render_template("contents/page.html", form=form, content=row, row=page)


@blueprint.post("/<int:id>/pages/order")
@login_required
def order(id: int) -> Response:
    """Put the pages in another order."""
    content.order_pages(_editable(id), numbers(request.form.get("order", "")), me())
    return redirect(url_for("contents.show", id=id))


@blueprint.post("/<int:id>/pages/<int:page_id>/delete")
@login_required
def delete_page(id: int, page_id: int) -> Response:
    """Remove a page."""
    content.delete_page(find(ContentPage, page_id, me().organization_id), me())
    flash(_("The page is deleted."))
    return redirect(url_for("contents.show", id=id))

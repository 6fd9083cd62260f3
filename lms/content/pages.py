"""The pages of a content's draft: written, saved as one types, put in order."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from lms.accounts import User
from lms.attrs import Attrs, Name
from lms.content.blocks import cleaned, copied
from lms.content.models import Content, ContentPage
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize


class PageAttrs(Attrs):
    """One page."""

    title: Name
    blocks: list[dict[str, Any]] = []


class PageDraft(PageAttrs):
    """A page as somebody's browser has it; `revision` is the one they started from, `writer` their browser tab."""

    revision: int
    writer: str = ""


def add_page(content: Content, attrs: PageAttrs, actor: User) -> ContentPage:
    """Append a page."""
    authorize(actor, "edit", content)
    with transaction() as session:
        _lock(content)
        last = session.scalar(select(func.max(ContentPage.position)).where(ContentPage.content_id == content.id)) or 0
        page = ContentPage(
            organization_id=content.organization_id, position=last + 1, title=attrs.title,
            blocks=cleaned(attrs.blocks), changed_by_id=actor.id,
        )  # fmt: skip
        content.pages.append(page)
        content.has_changes = True
        EventCenter.broadcast("created", page, actor)
    return page


def save_page(page: ContentPage, draft: PageDraft, actor: User) -> ContentPage:
    """Keep what somebody wrote. Raises Conflict if somebody else has saved since the revision they started from.

    What the same browser tab sends again, because the answer to an earlier save was lost, is no conflict.
    """
    authorize(actor, "edit", page.content)
    blocks = cleaned(draft.blocks)
    with transaction() as session:
        session.refresh(page, with_for_update=True)
        is_own = bool(draft.writer) and draft.writer == page.writer and draft.revision < page.revision
        if draft.revision != page.revision and not is_own:
            raise Conflict("Somebody else has changed this page meanwhile. Compare the two and choose.")
        if (page.title, page.blocks) == (draft.title, blocks):
            return page
        previous = snapshot(page)
        page.title, page.blocks, page.writer = draft.title, blocks, draft.writer[:40]
        page.revision, page.changed_by_id = page.revision + 1, actor.id
        page.content.has_changes = True
        EventCenter.broadcast("updated", previous, page, actor)
    return page


def duplicate_page(page: ContentPage, title: str, actor: User) -> ContentPage:
    """A copy right behind the page."""
    copy = add_page(page.content, PageAttrs(title=title[:200], blocks=copied(page.blocks)), actor)
    ids = [row.id for row in page.content.pages if row is not copy]
    ids.insert(ids.index(page.id) + 1, copy.id)
    order_pages(page.content, ids, actor)
    return copy


def order_pages(content: Content, ids: Sequence[int], actor: User) -> None:
    """Put the pages in the order of `ids`; raises Invalid unless these are all the pages."""
    authorize(actor, "edit", content)
    with transaction() as session:
        _lock(content)
        pages = {row.id: row for row in session.scalars(select(ContentPage).filter_by(content_id=content.id))}
        if sorted(ids) != sorted(pages):
            raise Invalid("order", "The pages have changed meanwhile. Reload and try again.")
        for position, id in enumerate(ids, start=1):
            page = pages[id]
            if page.position != position:
                previous = snapshot(page)
                page.position = position
                EventCenter.broadcast("updated", previous, page, actor)
        content.has_changes = True
    db.session.expire(content, ["pages"])


def delete_page(page: ContentPage, actor: User) -> None:
    """Remove a page; the others close up."""
    content = page.content
    authorize(actor, "edit", content)
    with transaction() as session:
        _lock(content)
        EventCenter.broadcast("deleted", page, actor)
        content.pages.remove(page)
        content.has_changes = True
        session.flush()
        for position, other in enumerate(content.pages, start=1):
            other.position = position


def _lock(content: Content) -> None:
    db.session.execute(select(Content.id).where(Content.id == content.id).with_for_update())


def as_data(page: ContentPage) -> Mapping[str, Any]:
    """The page as the editor has it."""
    return {"id": page.id, "title": page.title, "blocks": page.blocks, "revision": page.revision}

"""Making and changing contents."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts import User
from lms.attrs import Attrs, Html, Name, Summary
from lms.content.models import Content, ContentPage
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize


class ContentAttrs(Attrs):
    """Title and summary of a content."""

    title: Name
    summary: Summary = ""


class PageAttrs(Attrs):
    """One page."""

    title: Name
    body: Html = ""


def create_content(attrs: ContentAttrs, actor: User) -> Content:
    """A new content, without pages."""
    authorize(actor, "edit", "Content")
    content = Content(organization_id=actor.organization_id, **attrs.model_dump())
    with transaction() as session:
        session.add(content)
        EventCenter.broadcast("created", content, actor)
    return content


def update_content(content: Content, attrs: ContentAttrs, actor: User) -> Content:
    """Change title or summary."""
    authorize(actor, "edit", content)
    with transaction():
        previous = snapshot(content)
        content.title, content.summary = attrs.title, attrs.summary
        EventCenter.broadcast("updated", previous, content, actor)
    return content


def delete_content(content: Content, actor: User) -> None:
    """Remove a content and its pages; raises Conflict while a subject points to it."""
    authorize(actor, "edit", content)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", content, actor)
            session.delete(content)
    except IntegrityError:
        raise Conflict("A course uses this content. Take it out of the course first.") from None


def add_page(content: Content, attrs: PageAttrs, actor: User) -> ContentPage:
    """Append a page."""
    authorize(actor, "edit", content)
    page = ContentPage(organization_id=content.organization_id, position=len(content.pages) + 1, **attrs.model_dump())
    with transaction():
        content.pages.append(page)
        EventCenter.broadcast("created", page, actor)
    return page


def update_page(page: ContentPage, attrs: PageAttrs, actor: User) -> ContentPage:
    """Change a page."""
    authorize(actor, "edit", page.content)
    with transaction():
        previous = snapshot(page)
        page.title, page.body = attrs.title, attrs.body
        EventCenter.broadcast("updated", previous, page, actor)
    return page


def order_pages(content: Content, ids: Sequence[int], actor: User) -> None:
    """Put the pages in the order of `ids`; raises Invalid unless these are all the pages."""
    authorize(actor, "edit", content)
    pages = {page.id: page for page in content.pages}
    if sorted(ids) != sorted(pages):
        raise Invalid("order", "The pages have changed meanwhile. Reload and try again.")
    with transaction():
        for position, id in enumerate(ids, start=1):
            page = pages[id]
            if page.position != position:
                previous = snapshot(page)
                page.position = position
                EventCenter.broadcast("updated", previous, page, actor)
        db.session.expire(content, ["pages"])


def delete_page(page: ContentPage, actor: User) -> None:
    """Remove a page; the others close up."""
    content = page.content
    authorize(actor, "edit", content)
    with transaction() as session:
        EventCenter.broadcast("deleted", page, actor)
        content.pages.remove(page)
        session.flush()
        for position, other in enumerate(content.pages, start=1):
            other.position = position


SORTS = {"title": Content.title, "updated": Content.updated_at}


def contents_page(
    organization_id: int, q: str = "", sort: str = "title", number: int = 1, size: int = 25
) -> Page[Content]:
    """Contents whose title or summary holds `q`; two statements."""
    statement = select(Content).where(Content.organization_id == organization_id)
    if q:
        statement = statement.where(
            Content.title.icontains(q, autoescape=True) | Content.summary.icontains(q, autoescape=True)
        )
    column = SORTS.get(sort.lstrip("-"), Content.title)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Content.id), number, size)

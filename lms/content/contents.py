"""Making, changing, copying and finding contents."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts import User
from lms.attrs import Attrs, Name, Summary
from lms.content.blocks import copied
from lms.content.models import PAGES, Content, ContentPage
from lms.db import snapshot, transaction
from lms.errors import Conflict
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize


class ContentAttrs(Attrs):
    """Title and summary of a content."""

    title: Name
    summary: Summary = ""


def _none_if_blank(value: object) -> object:
    return None if value == "" else value


class Quiz(Attrs):
    """How a content's questions are asked."""

    pass_mark: Annotated[Annotated[int, Field(ge=0, le=100)] | None, BeforeValidator(_none_if_blank)] = None
    """Percentage of the points that is needed to pass; None passes whoever comes to the end."""
    attempts: Annotated[Annotated[int, Field(ge=1, le=100)] | None, BeforeValidator(_none_if_blank)] = None
    """How often it may be tried; None is without end."""
    waiting: Annotated[Annotated[int, Field(ge=0, le=60 * 24 * 90)], BeforeValidator(lambda value: value or 0)] = 0
    """Minutes between the end of an attempt and the next."""
    time_limit: Annotated[Annotated[int, Field(ge=1, le=60 * 24)] | None, BeforeValidator(_none_if_blank)] = None
    """Minutes for one attempt, kept by the server; None is without limit."""
    shuffle: bool = False
    """Whether every question's options come in another order for each attempt."""
    feedback: Literal["answer", "end", "never"] = "answer"
    """When learners see what was right: after each answer (which then stands), after the attempt, or never."""


def quiz_of(content: Content) -> Quiz:
    """The content's quiz settings."""
    return Quiz.model_validate(content.quiz)


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


def set_quiz(content: Content, quiz: Quiz, actor: User) -> Content:
    """Change how questions are asked; learners get it with the next published version."""
    authorize(actor, "edit", content)
    with transaction():
        previous = snapshot(content)
        content.quiz, content.has_changes = quiz.model_dump(), True
        EventCenter.broadcast("updated", previous, content, actor)
    return content


def duplicate_content(content: Content, title: str, actor: User) -> Content:
    """A copy of the draft, with a title of its own; it was never published."""
    authorize(actor, "edit", content)
    if content.kind != PAGES:
        raise Conflict("A package cannot be copied here. Upload it again.")
    copy = Content(
        organization_id=content.organization_id, title=title[:200], summary=content.summary, quiz=content.quiz,
        pages=[
            ContentPage(
                organization_id=content.organization_id, position=page.position, title=page.title,
                blocks=copied(page.blocks), changed_by_id=actor.id,
            )
            for page in content.pages
        ],
    )  # fmt: skip
    with transaction() as session:
        session.add(copy)
        session.flush()
        EventCenter.broadcast("created", copy, actor)
        for page in copy.pages:
            EventCenter.broadcast("created", page, actor)
    return copy


def delete_content(content: Content, actor: User) -> None:
    """Remove a content, its pages and versions; raises Conflict while a subject points to it."""
    authorize(actor, "edit", content)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", content, actor)
            session.delete(content)
    except IntegrityError:
        raise Conflict("A course uses this content. Take it out of the course first.") from None


STATES = {
    "published": Content.version.is_not(None),
    "changed": Content.version.is_not(None) & Content.has_changes,
    "draft": Content.version.is_(None) & (Content.kind == PAGES),
}
SORTS = {"title": Content.title, "updated": Content.updated_at}


def contents_page(
    organization_id: int, q: str = "", sort: str = "title", number: int = 1, size: int = 25, *, state: str = ""
) -> Page[Content]:
    """Contents whose title or summary holds `q`; `state` is published, changed or draft. Two statements."""
    statement = select(Content).where(Content.organization_id == organization_id)
    if state in STATES:
        statement = statement.where(STATES[state])
    if q:
        statement = statement.where(
            Content.title.icontains(q, autoescape=True) | Content.summary.icontains(q, autoescape=True)
        )
    column = SORTS.get(sort.lstrip("-"), Content.title)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Content.id), number, size)

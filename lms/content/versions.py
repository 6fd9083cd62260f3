"""Publishing: what authors wrote becomes a version that never changes, and that learners get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.accounts import User
from lms.content.blocks import problem_of
from lms.content.models import PAGES, Content, ContentPage, ContentVersion
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict
from lms.events import EventCenter
from lms.policy import authorize


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a content cannot be published: the page, the block if it is one, and what to do."""

    page_id: int
    page: str
    block_id: str | None
    message: str


def problems(pages: Sequence[ContentPage]) -> list[Problem]:
    """What is missing on these pages before learners can get them; no statement."""
    found = []
    for page in pages:
        if not page.blocks:
            found.append(Problem(page.id, page.title, None, "There is nothing on this page yet."))
        for block in page.blocks:
            if message := problem_of(block):
                found.append(Problem(page.id, page.title, block["id"], message))
    return found


def publish_content(content: Content, actor: User, *, move: bool = False) -> ContentVersion:
    """Freeze the draft as the next version, which learners get from now on.

    Those under way finish the version they began, or with `move` go on with this one. Raises Conflict with what is
    missing, or when nothing has changed since the last version.
    """
    authorize(actor, "edit", content)
    if content.kind != PAGES:
        raise Conflict("A package is published by uploading it.")
    with transaction() as session:
        session.refresh(content, with_for_update=True)
        if not content.pages:
            raise Conflict("There is nothing to publish yet: add a page first.")
        if missing := problems(content.pages):
            raise Conflict(f"{missing[0].page}: {missing[0].message}")
        if not content.has_changes:
            raise Conflict("Nothing has changed since the last version.")
        previous = snapshot(content)
        content.version, content.published_at = (content.version or 0) + 1, utcnow()
        content.has_changes = False
        version = ContentVersion(
            organization_id=content.organization_id,
            content_id=content.id,
            number=content.version,
            title=content.title,
            pages=[_frozen(page) for page in content.pages],
            quiz=content.quiz,
            moves=move,
            published_by_id=actor.id,
        )
        session.add(version)
        EventCenter.broadcast("created", version, actor)
        EventCenter.broadcast("updated", previous, content, actor)
    return version


def _frozen(page: ContentPage) -> dict[str, Any]:
    return {"id": page.id, "title": page.title, "blocks": [dict(block) for block in page.blocks]}


def latest_version(content: Content) -> ContentVersion:
    """The version that learners get; raises Conflict if there is none. One statement."""
    version = db.session.scalar(
        select(ContentVersion).where(ContentVersion.content_id == content.id, ContentVersion.number == content.version)
    )
    if version is None:
        raise Conflict("This content is not published yet. Ask its author.")
    return version


def versions(content: Content) -> list[ContentVersion]:
    """All versions, latest first; one statement."""
    return list(
        db.session.scalars(
            select(ContentVersion).where(ContentVersion.content_id == content.id).order_by(ContentVersion.number.desc())
        )
    )


def has_questions(version: ContentVersion) -> bool:
    """Whether anything is asked in it."""
    return any(is_question(block) for page in version.pages for block in page["blocks"])


def is_question(block: Mapping[str, Any]) -> bool:
    """Whether the block asks something."""
    return block["kind"] in ("question", "draw")

"""Publishing: what authors wrote becomes a version that never changes, and that learners get."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms import questions
from lms.accounts import User
from lms.content.blocks import problem_of
from lms.content.files import FILES, files_of
from lms.content.models import PAGES, Content, ContentVersion
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize
from lms.questions import QuestionVersion


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a content cannot be published: the page, the block if it is one, and what to do."""

    page_id: int
    page: str
    block_id: str | None
    message: str


def problems(content: Content) -> list[Problem]:
    """What is missing before learners can get this content; at most two statements besides the pages."""
    banks = _sizes_of_banks(content)
    files = set(files_of(content.pages, content.organization_id))
    found = []
    for page in content.pages:
        if not page.blocks:
            found.append(Problem(page.id, page.title, None, "There is nothing on this page yet."))
        for block in page.blocks:
            if message := problem_of(block) or _problem_elsewhere(block, banks, files):
                found.append(Problem(page.id, page.title, block["id"], message))
    return found


def _sizes_of_banks(content: Content) -> dict[int, int]:
    if not any(block["kind"] == "draw" for page in content.pages for block in page.blocks):
        return {}
    return {id: number for id, _title, number in questions.bank_choices(content.organization_id)}


def _problem_elsewhere(block: Mapping[str, Any], banks: Mapping[int, int], files: Collection[int]) -> str | None:
    if block["kind"] == "question":
        return _problem_of_question(block["definition"])
    if block["kind"] == "draw":
        if block["bank_id"] not in banks:
            return "Choose the bank to draw questions from."
        if banks[block["bank_id"]] < block["count"]:
            return "The bank has fewer questions than are to be drawn. Draw fewer, or add some to the bank."
    if any(block.get(name) and block[name] not in files for name in FILES):
        return "The file is no longer there. Choose another one."
    return None


def _problem_of_question(definition: Mapping[str, Any]) -> str | None:
    try:
        questions.validated_question(definition)
    except Invalid as error:
        return next(iter(error.errors.values()))
    return None


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
        if problems(content):
            raise Conflict("Something is missing on the pages. See what is marked there.")
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
            pages=_frozen(content),
            quiz=content.quiz,
            moves=move,
            published_by_id=actor.id,
        )
        session.add(version)
        EventCenter.broadcast("created", version, actor)
        EventCenter.broadcast("updated", previous, content, actor)
    return version


def _frozen(content: Content) -> list[dict[str, Any]]:
    """The pages with a reference in each question's place."""
    definitions = [
        questions.validated_question(block["definition"])
        for page in content.pages
        for block in page.blocks
        if block["kind"] == "question"
    ]
    rows = iter(questions.freeze_all(definitions, content.organization_id))
    return [
        {
            "id": page.id,
            "title": page.title,
            "blocks": [
                _reference(block, next(rows)) if block["kind"] == "question" else block for block in page.blocks
            ],
        }
        for page in content.pages
    ]


def _reference(block: Mapping[str, Any], row: QuestionVersion) -> dict[str, Any]:
    return {"id": block["id"], "kind": "question", "version_id": row.id, "points": row.definition["points"]}


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


def number_of_questions(version: ContentVersion) -> int:
    """How many questions an attempt at it asks."""
    blocks = [block for page in version.pages for block in page["blocks"]]
    return sum(block.get("count", 1) for block in blocks if is_question(block))


def is_question(block: Mapping[str, Any]) -> bool:
    """Whether the block asks something."""
    return block["kind"] in ("question", "draw")

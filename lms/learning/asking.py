"""Which questions an attempt asks: those of its version, and those drawn for it alone."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from lms import questions
from lms.content import ContentVersion, Quiz
from lms.db import db
from lms.errors import NotFound
from lms.learning.models import Attempt
from lms.questions import QuestionVersion


def asked(version: ContentVersion, seed: int) -> list[dict[str, Any]]:
    """Each question's `key`, `id` of its version, `page` (from 0), `block` and `points`, in order.

    No statement where nothing is drawn, five for each draw; only what is drawn is read of a bank.
    """
    rows: list[dict[str, Any]] = []
    for page, content in enumerate(version.pages):
        for block in content["blocks"]:
            if block["kind"] == "question":
                found = [(block["id"], block["version_id"], block["points"])]
            elif block["kind"] == "draw":
                drawn = questions.draw(block["bank_id"], block["count"], seed + page, version.organization_id)
                found = [
                    (f"{block['id']}x{number}", row.id, row.definition["points"])
                    for number, row in enumerate(drawn, start=1)
                ]
            else:
                continue
            place = {"page": page, "block": block["id"]}
            rows += [{"key": key, "id": id, "points": points, **place} for key, id, points in found]
    return rows


def definitions(ids: Collection[int], quiz: Quiz) -> dict[int, dict[str, Any]]:
    """The definitions of question versions by id, shuffled where the quiz says so; one statement."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(QuestionVersion.id, QuestionVersion.definition).where(QuestionVersion.id.in_(set(ids)))
    )
    return {id: definition | ({"shuffle": True} if quiz.shuffle else {}) for id, definition in rows}


def views(attempt: Attempt) -> dict[str, list[dict[str, Any]]]:
    """What the learner sees of each question: by block, its `key`, `page` and `view`; never what is right."""
    known = definitions([row["id"] for row in attempt.questions], Quiz.model_validate(attempt.version.quiz))
    by_block: dict[str, list[dict[str, Any]]] = {}
    for row in attempt.questions:
        view = questions.for_learner(known[row["id"]], attempt.seed)
        by_block.setdefault(row["block"], []).append({"key": row["key"], "page": row["page"], "view": view})
    return by_block


def view_of(attempt: Attempt, key: str) -> dict[str, Any]:
    """What the learner sees of one question; one statement."""
    row = question_of(attempt, key)
    if row is None:
        raise NotFound("This question is no longer asked. Reload the page.")
    known = definitions([row["id"]], Quiz.model_validate(attempt.version.quiz))
    return questions.for_learner(known[row["id"]], attempt.seed)


def question_of(attempt: Attempt, key: str) -> Mapping[str, Any] | None:
    """The question with this key, if the attempt asks it."""
    return next((row for row in attempt.questions if row["key"] == key), None)

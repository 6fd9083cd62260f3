"""Answering: each answer is kept once, however often the browser sends it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms import questions
from lms.accounts import User
from lms.content import Quiz
from lms.db import db, transaction, utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.learning.asking import definitions, question_of
from lms.learning.attempts import finish, is_overdue
from lms.learning.models import Answer, Attempt
from lms.policy import authorize
from lms.questions import Grade

REMEMBERED = 20
"""How many names of what was sent are remembered for an answer; a browser sends in order, one at a time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it stands, and its grade where the learner may know it by now."""

    key: str
    answer: Any
    grade: Grade | None


def answer(attempt: Attempt, key: str, raw: Any, client_id: str, actor: User) -> Answered:
    """Keep an answer; what was sent before under the same `client_id` changes nothing.

    Where feedback follows each answer, the first one stands, else the last. Raises Invalid for what is no answer to the
    question, NotFound for a question that is not asked, Conflict when the attempt is over.
    """
    authorize(actor, "learn", attempt)
    if is_overdue(attempt):
        finish(attempt, None)
        raise Conflict("Time is up. What you answered in time counts.")
    with transaction() as session:
        session.refresh(attempt, with_for_update=True)
        if attempt.finished_at is not None:
            raise Conflict("This attempt is finished. What you answered before counts.")
        question = question_of(attempt, key)
        if question is None:
            raise NotFound("This question is no longer asked. Reload the page.")
        quiz = Quiz.model_validate(attempt.version.quiz)
        definition = definitions([question["id"]], quiz)[question["id"]]
        row = session.scalar(select(Answer).where(Answer.attempt_id == attempt.id, Answer.key == key))
        tells = quiz.feedback == "answer"
        if row is None or not (tells or client_id in row.client_ids):
            given = questions.read_answer(definition, raw)
            if given is None and tells:
                raise Invalid("answer", "Answer the question first.")
            row = _keep(row, attempt, key, question["id"], given, questions.grade(definition, given), client_id)
            session.add(row)
    return Answered(key, row.answer, questions.grade(definition, row.answer) if tells else None)


def _keep(
    row: Answer | None, attempt: Attempt, key: str, question_version_id: int, given: Any, grade: Grade, client_id: str
) -> Answer:
    if row is None:
        row = Answer(
            organization_id=attempt.organization_id, attempt_id=attempt.id, key=key,
            question_version_id=question_version_id, client_ids=[],
        )  # fmt: skip
    row.answer, row.points, row.of, row.answered_at = given, grade.points, grade.of, utcnow()
    row.client_ids = [*row.client_ids, client_id][-REMEMBERED:]
    return row


def answered(attempt: Attempt) -> dict[str, Answered]:
    """What was answered so far, by key, each with its grade where the learner may know it; two statements."""
    quiz = Quiz.model_validate(attempt.version.quiz)
    tells = quiz.feedback == "answer" or (quiz.feedback == "end" and attempt.finished_at is not None)
    rows = db.session.scalars(select(Answer).where(Answer.attempt_id == attempt.id)).all()
    known = definitions([row.question_version_id for row in rows], quiz) if tells else {}
    return {
        row.key: Answered(
            row.key, row.answer, questions.grade(known[row.question_version_id], row.answer) if tells else None
        )
        for row in rows
    }

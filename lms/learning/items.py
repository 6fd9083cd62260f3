"""What attempts say about each question, for its author; the formulas are those of `lms.questions.statistics`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms import questions
from lms.db import db
from lms.learning.models import Answer, Attempt
from lms.learning.statistics import of_content
from lms.questions import ItemStatistics, QuestionVersion, Response

ATTEMPTS = 2000
"""How many attempts are looked at, the latest ones; so many tell enough, and fit into memory."""
SHOWN = 8
"""How many different answers are listed for a question."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question, its figures, and its answers as words with how often each was given, most frequent first."""

    id: int
    text: str
    kind: str
    points: float
    statistics: ItemStatistics
    answers: list[tuple[str, int]]


def item_figures(content_id: int, version: int | None = None) -> list[Item]:
    """Each question that finished attempts were asked, in the order of asking; three statements.

    A question that changed from one version to the next counts as another one.
    """
    attempts = {
        id: asked
        for id, asked in db.session.execute(
            select(Attempt.id, Attempt.questions)
            .join(Attempt.version)
            .where(of_content(content_id, version), Attempt.finished_at.is_not(None))
            .order_by(Attempt.finished_at.desc())
            .limit(ATTEMPTS)
        )
    }
    places: dict[int, tuple[int, int]] = {}
    for asked in attempts.values():
        for place, row in enumerate(asked):
            places.setdefault(row["id"], (row["page"], place))
    rows = db.session.execute(
        select(QuestionVersion.id, QuestionVersion.definition).where(QuestionVersion.id.in_(places))
    )
    known = {id: definition for id, definition in rows}
    found = questions.item_statistics(_responses(attempts, known))
    return [_item(id, known[id], found[id]) for id in sorted(known, key=lambda id: places[id])]


def _responses(attempts: Mapping[int, list[Any]], known: Mapping[int, Mapping[str, Any]]) -> Iterator[Response]:
    """One for each question that was asked; without an answer it is worth nothing."""
    given = {
        (attempt_id, key): (answer, points)
        for attempt_id, key, answer, points in db.session.execute(
            select(Answer.attempt_id, Answer.key, Answer.answer, Answer.points).where(Answer.attempt_id.in_(attempts))
        )
    }
    for attempt_id, asked in attempts.items():
        for row in asked:
            answer, points = given.get((attempt_id, row["key"]), (None, 0.0))
            yield Response(attempt_id, row["id"], points, row["points"], answer, known[row["id"]]["kind"])


def _item(id: int, definition: Mapping[str, Any], found: ItemStatistics) -> Item:
    words = questions.choice_texts(definition)
    answers = [(words.get(answer, answer), number) for answer, number in list(found.chosen.items())[:SHOWN]]
    text = questions.plain(definition["text"])
    return Item(id, text, definition["kind"], definition["points"], found, answers)

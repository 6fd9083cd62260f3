"""What attempts say about a content, for its author; counted by the database."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, func, select

from lms.content import ContentVersion
from lms.db import db
from lms.learning.models import Attempt


@dataclass(frozen=True, slots=True)
class Figures:
    """Over all attempts on a content; averages are of the finished ones, None where there are none."""

    started: int
    finished: int
    people: int
    score: float | None
    """Percent."""
    passed: float | None
    """Share of the finished attempts, from 0 to 1."""
    seconds: float | None


def of_content(content_id: int, version: int | None) -> ColumnElement[bool]:
    """Attempts on a content, or on one version of it; the statement joins `Attempt.version`."""
    chosen = ContentVersion.content_id == content_id
    return chosen if version is None else chosen & (ContentVersion.number == version)


def figures(content_id: int, version: int | None = None) -> Figures:
    """The figures of a content, of all versions or one; one statement."""
    is_finished = Attempt.finished_at.is_not(None)
    row: Any = db.session.execute(
        select(
            func.count(),
            func.count().filter(is_finished),
            func.count(Attempt.user_id.distinct()),
            func.avg(cast(Attempt.score, Float)).filter(is_finished),
            func.avg(case((Attempt.passed.is_(True), 1.0), else_=0.0)).filter(is_finished),
            func.avg(cast(Attempt.seconds, Float)).filter(is_finished),
        )
        .select_from(Attempt)
        .join(Attempt.version)
        .where(of_content(content_id, version))
    ).one()
    numbers = [float(value) if value is not None else None for value in row[3:]]
    return Figures(row[0], row[1], row[2], *numbers)


def under_way_by_version(content_id: int) -> dict[int, int]:
    """How many attempts are under way, by number of the version; one statement."""
    rows = db.session.execute(
        select(ContentVersion.number, func.count())
        .select_from(Attempt)
        .join(Attempt.version)
        .where(ContentVersion.content_id == content_id, Attempt.finished_at.is_(None))
        .group_by(ContentVersion.number)
    )
    return {number: count for number, count in rows}


def under_way_on(content_id: int) -> int:
    """How many attempts are under way on any version of a content; one statement."""
    return sum(under_way_by_version(content_id).values())

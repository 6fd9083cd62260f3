"""Results by the thousand, as an import brings them: set-based, with every change broadcast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from lms import courses
from lms.bulk import broadcast_rows, create_rows
from lms.db import db, plain, utcnow
from lms.policy import authorize
from lms.results.models import Result
from lms.results.results import Outcome


@dataclass(frozen=True, slots=True)
class Achievement:
    """What somebody achieved on a subject, and when."""

    enrollment_id: int
    course_id: int
    user_id: int
    subject_id: int
    outcome: Outcome
    finished_at: datetime


Done = tuple[str, int | None, dict[str, Any] | None]
"""created, changed or left; the result's id; its columns before a change."""


def record_many(achieved: Sequence[Achievement], source: str, actor: Any, *, is_trial: bool = False) -> list[Done]:
    """Write what was achieved as `record` does, the best outcome counts; at most seven statements for any number.

    No two may be of one enrollment and subject, and all courses must be published: that is the caller's to see to,
    and that nobody else writes results of these enrollments meanwhile is seen to here. In the caller's transaction.
    With `is_trial` nothing is written, and new results have no id.
    """
    authorize(actor, "record", "Result")
    if not is_trial:
        courses.lock_enrollments({one.enrollment_id for one in achieved})
    standing = _standing(achieved)
    done: list[Done] = []
    new: list[tuple[int, Achievement]] = []
    better: list[tuple[Result, Achievement]] = []
    for one in achieved:
        result = standing.get((one.enrollment_id, one.subject_id))
        if result is None:
            new.append((len(done), one))
            done.append(("created", None, None))
        elif one.outcome.is_better_than(result):
            better.append((result, one))
            done.append(("changed", result.id, _columns(result)))
        else:
            worse = (one.outcome.passed, one.outcome.score or 0) < (result.passed, result.score or 0)
            done.append(("left", result.id, _columns(result) if worse else None))
    if is_trial:
        return done
    rows = [_row(one, source, actor.organization_id) for _place, one in new]
    for (place, _one), id in zip(new, create_rows(Result, rows, actor), strict=True):
        done[place] = ("created", id, None)
    _improve(better, source, actor)
    passed = [one for one in achieved if one.outcome.passed]
    courses.complete_many({one.enrollment_id: one.finished_at for one in sorted(passed, key=_when)}, Result, actor)
    return done


def _when(one: Achievement) -> datetime:
    return one.finished_at


def _standing(achieved: Sequence[Achievement]) -> dict[tuple[int, int], Result]:
    if not achieved:
        return {}
    rows = db.session.scalars(
        select(Result)
        .where(
            Result.enrollment_id.in_({one.enrollment_id for one in achieved}),
            Result.subject_id.in_({one.subject_id for one in achieved}),
        )
        .execution_options(populate_existing=True)
    )
    return {(row.enrollment_id, row.subject_id): row for row in rows}


def _row(one: Achievement, source: str, organization_id: int) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "enrollment_id": one.enrollment_id,
        "subject_id": one.subject_id,
        "course_id": one.course_id,
        "user_id": one.user_id,
        "score": one.outcome.score,
        "passed": one.outcome.passed,
        "finished_at": one.finished_at,
        "source": source,
        "seconds": one.outcome.seconds,
        "version": one.outcome.version,
    }


def _columns(result: Result) -> dict[str, Any]:
    return {column.key: plain(getattr(result, column.key)) for column in Result.__mapper__.column_attrs}


def _improve(better: Sequence[tuple[Result, Achievement]], source: str, actor: Any) -> None:
    states = []
    rows = []
    for result, one in better:
        values = {
            "score": one.outcome.score, "passed": one.outcome.passed, "finished_at": one.finished_at,
            "source": source, "updated_at": utcnow(),
        }  # fmt: skip
        before = _columns(result)
        rows.append({"id": result.id, **values})
        states.append((before, {**before, **{name: plain(value) for name, value in values.items()}}))
    if rows:
        db.session.execute(update(Result), rows)
        broadcast_rows("updated", Result, states, actor)

"""Courses and enrollments by the hundred, as an import brings them; in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from lms.bulk import broadcast_rows, create_rows
from lms.courses.models import Course, Enrollment, Subject
from lms.db import db, plain, utcnow
from lms.policy import authorize


def create_courses(rows: Sequence[Mapping[str, Any]], actor: Any) -> list[int]:
    """New drafts; returns their ids in order."""
    authorize(actor, "edit", "Course")
    return create_rows(Course, [{"organization_id": actor.organization_id, **row} for row in rows], actor)


def enroll_many(pairs: Sequence[tuple[int, int]], actor: Any) -> list[int]:
    """Enroll by pairs of course and user, none of which is enrolled yet; returns the enrollments' ids in order."""
    authorize(actor, "enroll", "Course")
    rows = [
        {
            "organization_id": actor.organization_id,
            "course_id": course_id,
            "user_id": user_id,
            "enrolled_by_id": actor.id,
        }
        for course_id, user_id in pairs
    ]
    return create_rows(Enrollment, rows, actor)


def lock_enrollments(ids: Collection[int]) -> None:
    """Nobody else records results of these enrollments until the transaction ends."""
    if ids:
        db.session.execute(
            select(Enrollment.id).where(Enrollment.id.in_(ids)).order_by(Enrollment.id).with_for_update()
        )


def complete_many(finished: Mapping[int, datetime], passes: Any, actor: Any) -> None:
    """Complete those enrollments of which every subject is passed, as of the moment given for each.

    `passes` is the table of results: it is above this one, so the caller brings it along.
    """
    if not finished:
        return
    passed = (
        select(func.count())
        .where(passes.enrollment_id == Enrollment.id, passes.passed)
        .correlate(Enrollment)
        .scalar_subquery()
    )
    total = (
        select(func.count()).where(Subject.course_id == Enrollment.course_id).correlate(Enrollment).scalar_subquery()
    )
    columns = list(Enrollment.__table__.columns)
    rows = db.session.execute(
        select(*columns).where(Enrollment.id.in_(finished), Enrollment.completed_at.is_(None), passed == total)
    ).all()
    if not rows:
        return
    now = utcnow()
    new = [{"id": row.id, "completed_at": finished[row.id], "updated_at": now} for row in rows]
    db.session.execute(update(Enrollment), new)
    states = [
        (before, {**before, "completed_at": plain(finished[row.id]), "updated_at": plain(now)})
        for row in rows
        for before in [{name: plain(value) for name, value in row._mapping.items()}]
    ]
    broadcast_rows("updated", Enrollment, states, actor)

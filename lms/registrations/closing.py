"""Closing an event: what everybody's registration ended as, and the results of the subjects that point to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms import courses, results
from lms.accounts import User
from lms.classroom import Event, Session, close_event, lock_event
from lms.courses import PUBLISHED, Course, Enrollment, Subject
from lms.db import db, transaction, utcnow
from lms.errors import Conflict
from lms.policy import authorize, may
from lms.registrations.models import ABSENT, ATTENDED, LATE, NO_SHOW, PARTLY, PLACED, Attendance, Registration
from lms.registrations.places import change
from lms.results import Outcome


@dataclass(slots=True)
class Closing:
    """What closing brought: how many results, and per course who attended without being enrolled."""

    results: int = 0
    not_enrolled: dict[str, list[str]] = field(default_factory=dict)


def close(event: Event, actor: User, *, enroll: bool = False) -> Closing:
    """Settle an event that is over: registrations end as attended, partly, absent or no-show, and results are written.

    A result goes to everybody enrolled in a published course with a subject that points to the event. Who attended
    without being enrolled gets none and is named; with `enroll` they are enrolled first, if the actor may do that.
    Raises Conflict before the last session has begun.
    """
    authorize(actor, "edit", event)
    closing = Closing()
    with transaction():
        lock_event(event)
        last = max((session.starts_at for session in event.active_sessions), default=event.starts_at)
        if last > utcnow():
            raise Conflict(_("The last session has not begun. Close the event when it is over, or cancel it."))
        close_event(event, actor)
        rows = db.session.scalars(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.state.in_(PLACED))
            .options(joinedload(Registration.user))
            .order_by(Registration.number)
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            change(row, actor, state=_outcome(row))
        for subject in _subjects(event):
            _write_results(subject, rows, actor, closing, enroll=enroll)
    return closing


def attended_without_enrollment(event: Event) -> dict[str, list[str]]:
    """Names, per course, of people with a place who are not enrolled in a course that points to the event."""
    found: dict[str, list[str]] = {}
    for subject in _subjects(event):
        enrolled = select(Enrollment.user_id).where(Enrollment.course_id == subject.course_id)
        people = db.session.scalars(
            select(User.name)
            .join(Registration, Registration.user_id == User.id)
            .where(Registration.event_id == event.id, Registration.state.in_(PLACED), User.id.not_in(enrolled))
            .order_by(User.name)
        ).all()
        if people:
            found[subject.course.title] = list(people)
    return found


def settle(registration: Registration, actor: User, *, is_correction: bool = False) -> None:
    """Bring what a registration of a closed event ended as, and its results, in line with its attendance."""
    state = _outcome(registration)
    if state != registration.state:
        change(registration, actor, state=state)
    write = results.correct if is_correction else results.record
    for subject in _subjects(registration.event):
        enrollment = courses.enrollment_of(registration.user, subject.course)
        if enrollment is not None:
            write(enrollment, subject, Outcome(passed=_has_passed(registration)), "attendance", actor)


def _write_results(
    subject: Subject, rows: Sequence[Registration], actor: User, closing: Closing, *, enroll: bool
) -> None:
    if enroll and may(actor, "enroll", subject.course):
        present = [row.user_id for row in rows if row.state in (ATTENDED, PARTLY) and row.user.active]
        if present:
            courses.enroll(subject.course, present, actor)
    for row in rows:
        enrollment = courses.enrollment_of(row.user, subject.course)
        if enrollment is not None:
            results.record(enrollment, subject, Outcome(passed=_has_passed(row)), "attendance", actor)
            closing.results += 1
        elif row.state in (ATTENDED, PARTLY):
            closing.not_enrolled.setdefault(subject.course.title, []).append(row.user.name)


def _subjects(event: Event) -> list[Subject]:
    """Those that point to the event, in published courses."""
    return list(
        db.session.scalars(
            select(Subject)
            .join(Subject.course)
            .where(Subject.event_id == event.id, Course.status == PUBLISHED)
            .options(joinedload(Subject.course))
            .order_by(Subject.id)
        )
    )


def _has_passed(registration: Registration) -> bool:
    return registration.state == ATTENDED or (registration.state == PARTLY and registration.event.part_passes)


def _outcome(registration: Registration) -> str:
    """Attended: at every session that took place; partly: at some, or for a part; absent: with a reason for each."""
    sessions = select(Session.id).where(Session.event_id == registration.event_id, Session.cancelled_at.is_(None))
    marks = {
        session_id: (state, reason)
        for session_id, state, reason in db.session.execute(
            select(Attendance.session_id, Attendance.state, Attendance.reason).where(
                Attendance.registration_id == registration.id
            )
        )
    }
    all_marks = [marks.get(session_id, (NO_SHOW, "")) for session_id in db.session.scalars(sessions)]
    if all(state in (ATTENDED, LATE) for state, _reason in all_marks):
        return ATTENDED
    if any(state not in (ABSENT, NO_SHOW) for state, _reason in all_marks):
        return PARTLY
    return ABSENT if all(state == ABSENT and reason for state, reason in all_marks) else NO_SHOW

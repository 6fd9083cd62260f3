"""Short ways to the facts of compliance, through the contexts."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms import accounts, compliance, courses
from lms.accounts import User, UserAttrs
from lms.compliance import Qualification, QualificationAttrs, Requirement, RequirementAttrs, sweeps
from lms.courses import Course, Enrollment
from lms.db import db, snapshot, transaction
from lms.deliveries import deliver
from lms.events import Change, EventCenter

TODAY = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
"""In the time zone of the organizations that factories make."""


def day(offset: int) -> date:
    """So many days from today."""
    return TODAY + timedelta(days=offset)


def settle() -> None:
    """Deliver what compliance is owed, as its worker does, and go through what it left for later."""
    while True:
        ids = list(db.session.scalars(select(Change.id).where(Change.settled_at.is_(None)).order_by(Change.id)))
        db.session.commit()
        known = db.session.info.setdefault("settled", set())
        new = [id for id in ids if id not in known]
        if not new:
            break
        outcome = deliver(EventCenter.subscribers["compliance"], new)
        assert not outcome.dead
        assert not outcome.waiting
        known.update(new)
    sweeps.run()


def completed(user: User, course: Course, on: date, actor: User) -> Enrollment:
    """Somebody's latest round in the course, enrolled where they were not, completed on a day at noon UTC."""
    enrollment = courses.enrollment_of(user, course)
    if enrollment is None or enrollment.completed_at is not None:
        [enrollment] = courses.start_round(course, [user.id], actor)
    return completed_on(enrollment, on, actor)


def completed_on(enrollment: Enrollment, on: date | None, actor: User) -> Enrollment:
    """Correct the day on which a round was completed; None: it was not."""
    with transaction():
        previous = snapshot(enrollment)
        enrollment.completed_at = datetime.combine(on, time(12), UTC) if on else None
        EventCenter.broadcast("updated", previous, enrollment, actor)
    return enrollment


def qualification(actor: User, title: str = "BLS", *of: Course, **attrs: Any) -> Qualification:
    """A qualification by any of these courses."""
    values = {"title": title, "first_courses": [course.id for course in of], **attrs}
    return compliance.create_qualification(QualificationAttrs(**values), actor)


def requirement(actor: User, of: Qualification, **attrs: Any) -> Requirement:
    """The whole organization must hold it since a year ago, unless said otherwise."""
    values = {"qualification_id": of.id, "target": "organization", "starts_on": day(-365), **attrs}
    return compliance.create_requirement(RequirementAttrs(**values), actor)


def move(user: User, actor: User, **place: Any) -> User:
    """Give somebody another department or job function, from today."""
    names = ("name", "email", "roles", "locale", "timezone", "department_id", "job_function_id")
    values = {name: getattr(user, name) for name in names} | place
    return accounts.update_user(user, UserAttrs(**values), actor)


def states(user: User) -> dict[str, str]:
    """The person's states today, by the qualification's title."""
    db.session.expire_all()
    return {row.qualification.title: row.state for row in compliance.statuses_of(user)}


def differences(user: User) -> list[str]:
    """What a full recomputation finds to be wrong in the user's organization."""
    return list(compliance.check(user.organization_id))

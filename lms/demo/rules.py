"""Enrollment rules with their due dates, and mails in every state, for the demo organization."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import insert, select

from lms import notifications, rules
from lms.accounts import Department, JobFunction, Organization, User
from lms.courses import PUBLISHED, Course
from lms.db import db, transaction, utcnow
from lms.notifications import Mail
from lms.rules import RuleAttrs

STATES = (
    ("sent", None, None), ("sent", None, None), ("failed", None, "SMTPRecipientsRefused: 550 5.1.1 No such user"),
    ("suppressed", "away", None), ("suppressed", "switched_off", None), ("sent", None, None),
)  # fmt: skip


def add(say: Callable[[str], None]) -> None:
    """Two rules, applied, and the mails of the last days; nobody is sent anything."""
    say("demo: enrollment rules and mails")
    organization = db.session.scalars(select(Organization).order_by(Organization.id)).first()
    assert organization is not None
    admin = db.session.scalars(select(User).where(User.organization_id == organization.id).order_by(User.id)).first()
    open_courses = select(Course).where(Course.organization_id == organization.id, Course.status == PUBLISHED)
    first, second = db.session.scalars(open_courses.order_by(Course.id).limit(2)).all()
    department = _first(Department, organization.id)
    job = _first(JobFunction, organization.id)
    assert admin is not None
    rules.create_rule(first, RuleAttrs(kind="department", value=str(department), due_days=30, removes=True), admin)
    due = (utcnow() + timedelta(days=60)).date()
    rules.create_rule(second, RuleAttrs(kind="job_function", value=str(job), due_on=due), admin)
    while rules.apply_some():
        pass
    _add_mails(organization.id, first, admin)


def _first(model: type[Department] | type[JobFunction], organization_id: int) -> int:
    statement = select(model.id).where(model.organization_id == organization_id).order_by(model.id)
    return db.session.scalars(statement).first() or 0


def _add_mails(organization_id: int, course: Course, actor: User) -> None:
    people = select(User).where(User.organization_id == organization_id, User.active).order_by(User.id.desc())
    now = utcnow()
    rows = []
    with transaction() as session:
        for number, user in enumerate(session.scalars(people.limit(30)).all()):
            state, reason, error = STATES[number % len(STATES)]
            moment = now - timedelta(hours=3 * number, minutes=7)
            rows.append(
                {
                    "organization_id": organization_id, "user_id": user.id, "kind": "subject_added", "state": state,
                    "reason": reason, "error": error, "attempts": 1, "created_at": moment, "due_at": None,
                    "address": user.email, "sent_at": moment + timedelta(seconds=4) if state == "sent" else None,
                    "params": {
                        "actor": actor.name, "title": "Evacuation", "course": course.title, "course_id": course.id,
                        "object_id": 0,
                    },
                }
            )
        session.execute(insert(Mail.__table__), rows)
        failed = session.scalars(select(Mail).where(Mail.error.is_not(None)).order_by(Mail.id)).first()
        if failed is not None:
            notifications.stop_address(
                failed.user.email, organization_id, "hard_bounce", "5.1.1 No such user", failed.id
            )

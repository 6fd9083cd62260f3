"""Due dates: reminders before and after, and the managers told when somebody is late."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts import Department, Organization, User
from lms.courses import PUBLISHED, Course, Enrollment
from lms.db import db, snapshot, transaction, upsert
from lms.errors import Invalid
from lms.events import EventCenter
from lms.policy import authorize
from lms.rules.kinds import has_role
from lms.rules.models import DUE_SOON, ESCALATION, OVERDUE, DuePlan, DueReminder

BEFORE, AFTER, ESCALATE = (7, 1), (1, 7), (7,)
"""Days for an organization that chose none."""
CHUNK = 500
LATEST = 3
"""Days by which a reminder may come late, when the job did not run; after that it is not sent."""
MOST_DAYS = 6


def due_plan(organization_id: int) -> DuePlan:
    """The organization's days; not saved where it never chose any. One statement."""
    found = db.session.scalar(select(DuePlan).where(DuePlan.organization_id == organization_id))
    return found or DuePlan(
        organization_id=organization_id, before=list(BEFORE), after=list(AFTER), escalate=list(ESCALATE)
    )


def set_due_plan(organization: Organization, days: Mapping[str, str], actor: User) -> None:
    """Keep the days, written as numbers with commas (`before`, `after`, `escalate`); blank means none."""
    authorize(actor, "edit", organization)
    read = {name: _days(name, days.get(name, "")) for name in ("before", "after", "escalate")}
    with transaction() as session:
        plan = due_plan(organization.id)
        previous = snapshot(plan) if plan.id else None
        for name, value in read.items():
            setattr(plan, name, value)
        session.add(plan)
        if previous is None:
            EventCenter.broadcast("created", plan, actor)
        else:
            EventCenter.broadcast("updated", previous, plan, actor)


def _days(name: str, text: str) -> list[int]:
    words = [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
    lowest = 0 if name == "before" else 1
    if not all(word.isascii() and word.isdecimal() and lowest <= int(word) <= 365 for word in words):
        raise Invalid(name, "Give numbers of days up to 365 with commas between them, such as 7, 1.")
    if len(words) > MOST_DAYS:
        raise Invalid(name, f"Give at most {MOST_DAYS} of them.")
    return sorted({int(word) for word in words}, reverse=name == "before")


def remind(now: datetime) -> int:
    """Write the reminders that are due at `now`, by each organization's calendar; returns how many.

    A reminder is a row that can be there once, and its mail follows from its change: however often this runs, or is
    killed, everybody is told once. Chunks are transactions of their own.
    """
    total = 0
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        today = now.astimezone(ZoneInfo(organization.timezone)).date()
        plan = due_plan(organization.id)
        wanted = [
            *((DUE_SOON, days, today + timedelta(days=days)) for days in plan.before),
            *((OVERDUE, days, today - timedelta(days=days)) for days in plan.after),
            *((ESCALATION, days, today - timedelta(days=days)) for days in plan.escalate),
        ]
        managers = Managers(organization.id) if plan.escalate else None
        for kind, days, due_on in wanted:
            while number := _remind_some(organization.id, kind, days, due_on, today, managers, now):
                total += number
    return total


def _remind_some(
    organization_id: int, kind: str, days: int, due_on: date, today: date, managers: "Managers | None", now: datetime
) -> int:
    """A chunk of those whose turn it is, or was a few days ago and nobody did it; two statements and the rows."""
    first = due_on - timedelta(days=LATEST)
    if kind == DUE_SOON:
        first = max(first, today)
    done = select(DueReminder.id).where(
        DueReminder.enrollment_id == Enrollment.id, DueReminder.due_on == Enrollment.due_on, DueReminder.kind == kind,
        DueReminder.days == days,
    )  # fmt: skip
    with transaction() as session:
        rows = session.scalars(
            select(Enrollment)
            .join(Enrollment.course)
            .join(Enrollment.user)
            .where(Enrollment.organization_id == organization_id, Enrollment.due_on.between(first, due_on))
            .where(Enrollment.completed_at.is_(None), Course.status == PUBLISHED, User.active, ~done.exists())
            .options(joinedload(Enrollment.user))
            .order_by(Enrollment.id)
            .limit(CHUNK)
        ).all()
        if not rows:
            return 0
        values = [
            {
                "organization_id": organization_id, "enrollment_id": row.id, "course_id": row.course_id,
                "user_id": row.user_id, "due_on": row.due_on, "kind": kind, "days": days, "created_at": now,
                "told": managers.of(row.user) if kind == ESCALATION and managers else [row.user_id],
            }
            for row in rows
        ]  # fmt: skip
        statement = upsert(DueReminder).values(values).on_conflict_do_nothing()
        made = session.scalars(statement.returning(DueReminder.id)).all()
        written = select(DueReminder).where(DueReminder.id.in_(made)).order_by(DueReminder.id)
        for reminder in session.scalars(written):
            EventCenter.broadcast("created", reminder, None)
    return len(rows)


class Managers:
    """Who leads whom: people with the role manager in the same department, or in the nearest one above that has any."""

    def __init__(self, organization_id: int) -> None:
        self._parents = {
            id: parent
            for id, parent in db.session.execute(
                select(Department.id, Department.parent_id).where(Department.organization_id == organization_id)
            )
        }
        self._managers: dict[int, list[int]] = defaultdict(list)
        statement = select(User.department_id, User.id).where(
            User.organization_id == organization_id, User.active, User.department_id.is_not(None), has_role("manager")
        )
        for department_id, id in db.session.execute(statement.order_by(User.id)):
            self._managers[department_id or 0].append(id)

    def of(self, user: User) -> list[int]:
        """Ids of the person's managers; nobody is their own."""
        department: int | None = user.department_id
        while department is not None:
            found = [id for id in self._managers.get(department, ()) if id != user.id]
            if found:
                return found
            department = self._parents.get(department)
        return []

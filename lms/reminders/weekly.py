"""The weekly summary: how things stand in each manager's department and below; one letter a week."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lms.accounts import Organization, User
from lms.compliance.models import Status
from lms.compliance.timeline import COMPLIANT, EXPIRED, EXPIRING, IN_GRACE, MISSING
from lms.db import db, transaction, upsert
from lms.events import EventCenter
from lms.reminders.expiring import AT
from lms.reminders.managers import Managers
from lms.reminders.models import TEAM_SUMMARY, ReminderLetter
from lms.reminders.plans import plan_of

REQUIRED = (COMPLIANT, EXPIRING, IN_GRACE, EXPIRED, MISSING)


def summarize_all(now: datetime) -> int:
    """Write the summaries that are due; returns how many. To be run every hour or so."""
    number = 0
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        local = now.astimezone(ZoneInfo(organization.timezone))
        plan = plan_of(organization.id)
        if plan.weekly and local.weekday() >= plan.weekday and local.hour >= AT:
            number += summarize(organization.id, local.date())
    return number


def summarize(organization_id: int, today: date) -> int:
    """One letter for each manager who has had none this week; returns how many. Four statements and two per letter."""
    year, week, _day = today.isocalendar()
    occasion = f"{year}-W{week:02}"
    had = set(
        db.session.scalars(
            select(ReminderLetter.user_id).where(
                ReminderLetter.organization_id == organization_id,
                ReminderLetter.kind == TEAM_SUMMARY,
                ReminderLetter.occasion == occasion,
            )
        )
    )
    managers = Managers(organization_id)
    waiting = [pair for pair in managers.everybody() if pair[0] not in had]
    counts = _counts(organization_id) if waiting else {}
    number = 0
    for user_id, department_id in waiting:
        states: Counter[str] = Counter()
        for id in managers.below(department_id):
            states.update(counts.get(id, {}))
        if states:
            number += _write(organization_id, user_id, occasion, _params(states))
    return number


def _counts(organization_id: int) -> Mapping[int, Counter[str]]:
    """People and qualifications by department and state; one statement."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    rows = db.session.execute(
        select(Status.department_id, Status.state, func.count())
        .join(User, User.id == Status.user_id)
        .where(Status.organization_id == organization_id, Status.state.in_(REQUIRED), User.active)
        .group_by(Status.department_id, Status.state)
    )
    for department_id, state, number in rows:
        if department_id is not None:
            found[department_id][state] += number
    return found


def _params(states: Counter[str]) -> dict[str, Any]:
    total = sum(states.values())
    good = states[COMPLIANT] + states[EXPIRING]
    return {
        "percent": f"{100 * good // total}%",
        "good": good,
        "total": total,
        "expired": states[EXPIRED],
        "missing": states[MISSING],
        "in_grace": states[IN_GRACE],
        "expiring": states[EXPIRING],
    }


def _write(organization_id: int, user_id: int, occasion: str, params: dict[str, Any]) -> int:
    with transaction() as session:
        values = {"organization_id": organization_id, "user_id": user_id, "kind": TEAM_SUMMARY, "occasion": occasion}
        statement = upsert(ReminderLetter).values(**values, params=params).on_conflict_do_nothing()
        id = session.scalar(statement.returning(ReminderLetter.id))
        if id is None:
            return 0
        EventCenter.broadcast("created", session.get_one(ReminderLetter, id), None)
    return 1

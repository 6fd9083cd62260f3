"""When an organization reminds."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import select

from lms.accounts import User
from lms.attrs import Attrs
from lms.db import db, snapshot, transaction
from lms.events import EventCenter
from lms.policy import authorize
from lms.reminders.models import THRESHOLDS, ReminderPlan

MOST = 8
LONGEST = 730


def _read_days(value: object) -> object:
    """Numbers out of "90, 60, 30, 7"."""
    if not isinstance(value, str):
        return value
    words = value.replace(",", " ").replace(";", " ").split()
    if not all(word.isdecimal() and len(word) < 6 for word in words):
        raise ValueError("Write numbers of days with commas between them, such as 90, 60, 30, 7.")
    return [int(word) for word in words]


def _sensible(days: list[int]) -> list[int]:
    if len(set(days)) > MOST or any(not 0 <= day <= LONGEST for day in days):
        raise ValueError(f"Give at most {MOST} numbers, each from 0 to {LONGEST} days.")
    return sorted(set(days), reverse=True)


class PlanAttrs(Attrs):
    """What an administrator fills in about reminders."""

    days: Annotated[list[int], BeforeValidator(_read_days), AfterValidator(_sensible)]
    to_managers: bool = True
    weekly: bool = True
    weekday: Annotated[int, AfterValidator(lambda day: min(max(day, 0), 6))] = 0


def plan_of(organization_id: int) -> ReminderPlan:
    """The organization's plan, or the defaults, which are not saved; one statement."""
    row = db.session.scalar(select(ReminderPlan).where(ReminderPlan.organization_id == organization_id))
    return row or ReminderPlan(
        organization_id=organization_id, days=list(THRESHOLDS), to_managers=True, weekly=True, weekday=0
    )


def save_plan(attrs: PlanAttrs, actor: User) -> ReminderPlan:
    """Change when the organization reminds."""
    authorize(actor, "edit", "ReminderPlan")
    with transaction() as session:
        plan = session.scalar(
            select(ReminderPlan).where(ReminderPlan.organization_id == actor.organization_id).with_for_update()
        )
        previous = snapshot(plan) if plan is not None else None
        if plan is None:
            plan = ReminderPlan(organization_id=actor.organization_id)
            session.add(plan)
        for name, value in attrs.model_dump().items():
            setattr(plan, name, value)
        if previous is None:
            EventCenter.broadcast("created", plan, actor)
        else:
            EventCenter.broadcast("updated", previous, plan, actor)
    return plan

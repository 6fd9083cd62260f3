"""Reminding of qualifications that expire: each person once per holding and number of days, however often it runs.

A reminder is a row with a unique key, written in one transaction with the letter and the change that the
subscriber hears. A run that is killed leaves whole chunks or nothing; the next run finds what is left.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts import Organization, User
from lms.compliance.models import Holding, Qualification, Status
from lms.compliance.timeline import COMPLIANT, EXPIRING
from lms.db import db, transaction, upsert
from lms.events import EventCenter
from lms.reminders import models
from lms.reminders.managers import Managers
from lms.reminders.models import ExpiryReminder, ReminderLetter, ReminderRun
from lms.reminders.plans import plan_of

CHUNK = 500
"""Statuses that are dealt with in one transaction."""
AT = 7
"""Nobody is reminded before this hour of the organization's day."""
LISTED = 10
"""Names that a manager's letter tells; the page has them all."""

Key = tuple[int, date, int, int]
"""Of a reminder: holding, last valid day, days, who is told."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be told about one person's holding."""

    status_id: int
    holding_id: int
    valid_until: date
    days: int
    left: int
    user_id: int
    person: str
    department_id: int | None
    qualification_id: int
    qualification: str


def remind_all(now: datetime) -> int:
    """Write what is due in every organization; returns the number of letters. To be run every hour or so."""
    number = 0
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        local = now.astimezone(ZoneInfo(organization.timezone))
        if local.hour >= AT and not _is_done(organization.id, local.date()):
            number += remind(organization.id, local.date())
            _note_done(organization.id, local.date())
    return number


def remind(organization_id: int, today: date) -> int:
    """Write what is due in one organization; returns the number of letters. Three statements and five per chunk."""
    plan = plan_of(organization_id)
    managers = Managers(organization_id)
    number, after = 0, 0
    while plan.days:
        with transaction():
            rows = _expiring(organization_id, today, plan.days, after)
            if not rows:
                break
            after = max(row.status_id for row in rows)
            reached = [row for row in rows if row.days >= 0]
            number += _tell(reached, managers if plan.to_managers else None, organization_id)
    return number


def _expiring(organization_id: int, today: date, days: Sequence[int], after: int) -> list[Due]:
    """The next chunk of required qualifications that expire; `days` is -1 where no number of days is reached yet."""
    statement = (
        select(
            Status.id, Status.holding_id, Status.valid_until, Status.user_id, User.name, User.department_id,
            Status.qualification_id, Qualification.title, Holding.valid_from,
        )
        .join(User, User.id == Status.user_id)
        .join(Qualification, Qualification.id == Status.qualification_id)
        .join(Holding, Holding.id == Status.holding_id)
        .where(
            Status.organization_id == organization_id,
            Status.id > after,
            Status.state.in_((COMPLIANT, EXPIRING)),
            Status.valid_until >= today,
            Status.valid_until <= today + timedelta(days=max(days)),
            User.active,
        )
        .order_by(Status.id)
        .limit(CHUNK)
    )  # fmt: skip
    return [_due(row, today, days) for row in db.session.execute(statement)]


def _due(row: Any, today: date, days: Sequence[int]) -> Due:
    id, holding_id, until, user_id, name, department_id, qualification_id, title, valid_from = row
    return Due(
        id, holding_id, until, _reached(until, valid_from, today, days), (until - today).days,
        user_id, name, department_id, qualification_id, title,
    )  # fmt: skip


def _reached(until: date, valid_from: date, today: date, days: Sequence[int]) -> int:
    """The fewest days that are reached; not those that lie before it was obtained: nobody needs telling then."""
    left = (until - today).days
    begun = (until - valid_from).days
    return min((number for number in days if left <= number < begun), default=-1)


def _tell(rows: Sequence[Due], managers: Managers | None, organization_id: int) -> int:
    wanted: dict[Key, Due] = {}
    for row in rows:
        for reader in (row.user_id, *(managers.of(row.user_id, row.department_id) if managers else ())):
            wanted[(row.holding_id, row.valid_until, row.days, reader)] = row
    told: dict[int, list[Due]] = defaultdict(list)
    for key in _claim(list(wanted)):
        told[key[3]].append(wanted[key])
    letters = []
    for reader, found in sorted(told.items()):
        letters += [(reader, models.EXPIRING, _own(row)) for row in found if row.user_id == reader]
        team = [row for row in found if row.user_id != reader]
        if team:
            letters.append((reader, models.TEAM_EXPIRING, _team(team)))
    for reader, kind, params in letters:
        letter = ReminderLetter(organization_id=organization_id, user_id=reader, kind=kind, params=params)
        db.session.add(letter)
        EventCenter.broadcast("created", letter, None)
    return len(letters)


def _claim(keys: list[Key]) -> list[Key]:
    """Those of the keys that nobody has written before; they are ours when this transaction commits."""
    if not keys:
        return []
    values = [dict(zip(("holding_id", "valid_until", "days", "user_id"), key, strict=True)) for key in keys]
    statement = upsert(ExpiryReminder).values(values).on_conflict_do_nothing()
    columns = (ExpiryReminder.holding_id, ExpiryReminder.valid_until, ExpiryReminder.days, ExpiryReminder.user_id)
    return sorted(db.session.execute(statement.returning(*columns)))


def _own(row: Due) -> dict[str, Any]:
    return {
        "qualification": row.qualification,
        "qualification_id": row.qualification_id,
        "due": row.valid_until.isoformat(),
        "days": row.left,
    }


def _team(rows: list[Due]) -> dict[str, Any]:
    rows.sort(key=lambda row: (row.valid_until, row.person))
    lines = [f"{row.person}: {row.qualification} ({row.valid_until.isoformat()})" for row in rows[:LISTED]]
    more = f" … +{len(rows) - LISTED}" if len(rows) > LISTED else ""
    return {"number": len(rows), "list": "; ".join(lines) + more}


def _is_done(organization_id: int, day: date) -> bool:
    last = db.session.scalar(select(ReminderRun.day).where(ReminderRun.organization_id == organization_id))
    return last is not None and last >= day


def _note_done(organization_id: int, day: date) -> None:
    with transaction() as session:
        statement = upsert(ReminderRun).values(organization_id=organization_id, day=day)
        session.execute(statement.on_conflict_do_update(index_elements=["organization_id"], set_={"day": day}))

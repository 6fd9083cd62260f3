"""How people stood, or will stand, on a day: as it was known at a moment, or as it is known now.

A period says from which day to which a state holds (valid time), and since when and until when that was what was
known (recorded time). Periods are only added and ended, at the moment it happens, so the answer for a moment that is
past never changes. A moment belongs to the past once every transaction begun before it has ended: `SETTLED` after.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from lms.accounts import User
from lms.compliance.models import StatusPeriod
from lms.compliance.sweeps import below
from lms.compliance.timeline import NON_COMPLIANT
from lms.db import db

SETTLED = timedelta(minutes=2)
"""Longer than any transaction that writes periods may take."""


def then(on: date, known_at: datetime | None = None) -> list[ColumnElement[bool]]:
    """Conditions: the periods of a day; as they were known at a moment, or as they are known now."""
    conditions = [
        StatusPeriod.from_on <= on,
        or_(StatusPeriod.until_on.is_(None), StatusPeriod.until_on >= on),
    ]
    if known_at is None:
        return [*conditions, StatusPeriod.replaced_at.is_(None)]
    replaced = or_(StatusPeriod.replaced_at.is_(None), StatusPeriod.replaced_at > known_at)
    return [*conditions, StatusPeriod.recorded_at <= known_at, replaced]


@dataclass(frozen=True, slots=True)
class Scope:
    """Narrows a report down; None and empty are everything. A department is meant with all below it, as they are now,
    like the names."""

    department_id: int | None = None
    job_function_id: int | None = None
    qualification_id: int | None = None
    user_id: int | None = None
    states: Collection[str] = ()


EVERYTHING = Scope()


def _in_scope(organization_id: int, scope: Scope) -> list[ColumnElement[bool]]:
    conditions = [StatusPeriod.organization_id == organization_id]
    if scope.states:
        conditions.append(StatusPeriod.state.in_(scope.states))
    if scope.qualification_id:
        conditions.append(StatusPeriod.qualification_id == scope.qualification_id)
    if scope.user_id:
        conditions.append(StatusPeriod.user_id == scope.user_id)
    people = select(User.id).where(User.organization_id == organization_id)
    if scope.department_id:
        people = people.where(User.department_id.in_(below(scope.department_id)))
    if scope.job_function_id:
        people = people.where(User.job_function_id == scope.job_function_id)
    if scope.department_id or scope.job_function_id:
        conditions.append(StatusPeriod.user_id.in_(people))
    return conditions


def as_of(
    organization_id: int, on: date, known_at: datetime | None = None, scope: Scope = EVERYTHING
) -> Iterator[Any]:
    """Rows with the columns of a status (user_id, qualification_id, state, valid_until, due_on and its reasons),
    by person and qualification; one statement, read a thousand at a time. `known_at` None: as is known now."""
    table = StatusPeriod.__table__.c
    statement = (
        select(
            table.user_id, table.qualification_id, table.state, table.from_on, table.until_on, table.valid_until,
            table.due_on, table.required_since, table.requirement_id, table.holding_id, table.exemption_id,
        )
        .where(*_in_scope(organization_id, scope), *then(on, known_at))
        .order_by(table.user_id, table.qualification_id)
    )  # fmt: skip
    return iter(db.session.execute(statement.execution_options(yield_per=1000)))


def counts_as_of(
    organization_id: int, on: date, known_at: datetime | None = None, scope: Scope = EVERYTHING
) -> dict[tuple[int, str], int]:
    """How many people per qualification and state; one statement."""
    rows = db.session.execute(
        select(StatusPeriod.qualification_id, StatusPeriod.state, func.count())
        .where(*_in_scope(organization_id, scope), *then(on, known_at))
        .group_by(StatusPeriod.qualification_id, StatusPeriod.state)
    )
    return {(id, state): number for id, state, number in rows}


def non_compliant_on(organization_id: int, on: date, scope: Scope = EVERYTHING) -> Iterator[Any]:
    """Who will not be compliant on a day if nobody does anything; as `as_of`."""
    narrowed = Scope(
        scope.department_id, scope.job_function_id, scope.qualification_id, scope.user_id, NON_COMPLIANT
    )
    return as_of(organization_id, on, None, narrowed)

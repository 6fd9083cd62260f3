"""How one would answer first: on read, from requirements and holdings, in one statement for the organization."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, and_, case, func, or_, select

from bench.compliance.world import EXPIRING, GRACE
from lms.accounts import Department, User
from lms.compliance import Holding, Requirement
from lms.compliance.sweeps import below
from lms.db import db


def _states(organization_id: int, today: date) -> Any:
    """Per person and qualification the state, worked out from the longest last day."""
    last = func.max(Holding.valid_until)
    state = case(
        (last.is_(None), "missing"),
        (last >= today + timedelta(days=EXPIRING + 1), "compliant"),
        (last >= today, "expiring"),
        (last >= today - timedelta(days=GRACE), "in_grace"),
        else_="expired",
    )
    concerns = or_(
        Requirement.target == "organization",
        and_(Requirement.target == "job_function", Requirement.job_function_id == User.job_function_id),
        and_(Requirement.target == "department", Requirement.department_id == Department.parent_id),
    )
    return (
        select(User.id.label("user_id"), User.department_id, Requirement.qualification_id, state.label("state"))
        .select_from(User)
        .join(Department, Department.id == User.department_id)
        .join(Requirement, and_(Requirement.organization_id == User.organization_id, concerns))
        .outerjoin(
            Holding,
            and_(Holding.user_id == User.id, Holding.qualification_id == Requirement.qualification_id,
                 Holding.revoked_on.is_(None)),
        )
        .where(User.organization_id == organization_id, User.active)
        .group_by(User.id, User.department_id, Requirement.qualification_id)
    )  # fmt: skip


def dashboard(organization_id: int, today: date) -> dict[tuple[int, str], int]:
    """How many per department and state."""
    states = _states(organization_id, today).subquery()
    rows = db.session.execute(
        select(states.c.department_id, states.c.state, func.count().cast(Integer)).group_by(
            states.c.department_id, states.c.state
        )
    )
    return {(department_id, state): number for department_id, state, number in rows}


def matrix(organization_id: int, department_id: int, today: date) -> dict[tuple[int, int], str]:
    """The states of the first 25 of a team."""
    people = (
        select(User.id).where(User.department_id.in_(below(department_id))).order_by(User.name, User.id).limit(25)
    )
    rows = db.session.execute(_states(organization_id, today).where(User.id.in_(people)))
    return {(row.user_id, row.qualification_id): row.state for row in rows}

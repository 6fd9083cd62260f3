"""How people stand: one person, a team as a matrix, the organization in counts, who runs out soon."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import selectinload

from lms.accounts import User
from lms.compliance.models import DailyTally, Qualification, Requirement, Status, Tally
from lms.compliance.sweeps import below
from lms.compliance.tallies import ALL
from lms.compliance.timeline import (
    COMPLIANT,
    EXEMPT,
    EXPIRED,
    EXPIRING,
    IN_GRACE,
    MISSING,
    NON_COMPLIANT,
    ORGANIZATION,
    STATES,
)
from lms.db import db
from lms.paging import Page, paginate
from lms.policy import authorize


def statuses_of(user: User) -> Sequence[Status]:
    """The person's statuses with their qualifications, by title; two statements. Explained by `explanations`."""
    return db.session.scalars(
        select(Status)
        .join(Status.qualification)
        .where(Status.user_id == user.id)
        .order_by(Qualification.title, Status.id)
        .options(selectinload(Status.qualification))
    ).all()


@dataclass(frozen=True, slots=True)
class Matrix:
    """People against qualifications: a page of users, the columns, and the status of each pair that has one."""

    page: Page[User]
    qualifications: Sequence[Qualification]
    cells: dict[tuple[int, int], Status]


def _worst_first() -> object:
    return (
        select(func.count())
        .select_from(Status)
        .where(Status.user_id == User.id, Status.state.in_(NON_COMPLIANT))
        .correlate(User)
        .scalar_subquery()
    )


def team_matrix(
    actor: User, department_id: int | None = None, q: str = "", sort: str = "name", number: int = 1, size: int = 25, *,
    job_function_id: int | None = None, qualification_id: int | None = None, state: str = "",
    user_ids: Collection[int] | None = None,
) -> Matrix:  # fmt: skip
    """Active people of a department and below it, and how they stand; `state` keeps those with such a status.

    Sorts: name, and `worst` for those with most that is expired or missing first. Five statements, whatever the size.
    """
    authorize(actor, "view", "Status")
    people = select(User).where(User.organization_id == actor.organization_id, User.active)
    if department_id:
        people = people.where(User.department_id.in_(below(department_id)))
    if job_function_id:
        people = people.where(User.job_function_id == job_function_id)
    if user_ids is not None:
        people = people.where(User.id.in_(user_ids))
    if q:
        people = people.where(User.name.icontains(q, autoescape=True) | User.email.icontains(q, autoescape=True))
    if state:
        having = select(Status.user_id).where(Status.organization_id == actor.organization_id, Status.state == state)
        if qualification_id:
            having = having.where(Status.qualification_id == qualification_id)
        people = people.where(User.id.in_(having))
    order = _worst_first().desc() if sort == "worst" else User.name  # type: ignore[attr-defined]
    people = people.order_by(User.name.desc() if sort == "-name" else order, User.id)
    page = paginate(people.options(selectinload(User.job_function)), number, size)
    ids = [user.id for user in page.items]
    cells = db.session.scalars(select(Status).where(Status.user_id.in_(ids))).all()
    columns = select(Qualification).where(Qualification.organization_id == actor.organization_id)
    if qualification_id:
        columns = columns.where(Qualification.id == qualification_id)
    else:
        required = select(Requirement.qualification_id).where(~Requirement.withdrawn)
        shown = {cell.qualification_id for cell in cells}
        columns = columns.where(Qualification.id.in_(required) | Qualification.id.in_(shown), ~Qualification.archived)
    qualifications = db.session.scalars(columns.order_by(Qualification.title, Qualification.id)).all()
    return Matrix(page, qualifications, {(cell.user_id, cell.qualification_id): cell for cell in cells})


@dataclass(frozen=True, slots=True)
class Count:
    """People in a state, in one department or job function (id 0: in none, and the whole organization), for one
    qualification (id 0: all together)."""

    target_id: int
    qualification_id: int
    state: str
    number: int


def summary(
    organization_id: int, by: str = ORGANIZATION, *, each_qualification: bool = False,
    of: tuple[Collection[int], Collection[int]] | None = None,
) -> list[Count]:  # fmt: skip
    """Counts of today by organization, department (each one itself) or job function; one statement on the tallies.

    `of` are the departments or job functions, and the qualifications, to which it is limited.
    """
    qualification = Tally.qualification_id if each_qualification else literal(ALL)
    statement = select(Tally.target_id, qualification, Tally.state, func.sum(Tally.number)).where(
        Tally.organization_id == organization_id, Tally.kind == by, Tally.number > 0
    )
    if of is not None:
        statement = statement.where(Tally.target_id.in_(of[0]), Tally.qualification_id.in_(of[1]))
    columns = [Tally.target_id, Tally.state]
    if each_qualification:
        columns.append(Tally.qualification_id)
    if each_qualification or by == ORGANIZATION:
        statement = statement.where(Tally.qualification_id != ALL)
    else:
        statement = statement.where(Tally.qualification_id == ALL)
    rows = db.session.execute(statement.group_by(*columns).order_by(*columns))
    return [Count(target_id, id, state, int(number)) for target_id, id, state, number in rows]


def worst(organization_id: int, by: str, limit: int) -> tuple[dict[int, Counter[str]], int]:
    """Departments or job functions of which something is asked, those with the least in order first: at most `limit`
    with their counts by state, and how many there are. One statement on the tallies."""
    counts = {state: func.sum(case((Tally.state == state, Tally.number), else_=0)) for state in STATES}
    bad = counts[EXPIRED] + counts[MISSING]
    asked = bad + counts[COMPLIANT] + counts[EXPIRING] + counts[IN_GRACE]
    share = case((asked > 0, bad * 1.0 / asked), else_=-1)
    rows = db.session.execute(
        select(Tally.target_id, func.count().over(), *(counts[state].label(state) for state in STATES))
        .where(Tally.organization_id == organization_id, Tally.kind == by, Tally.qualification_id == ALL)
        .group_by(Tally.target_id)
        .having(asked + counts[EXEMPT] > 0)
        .order_by(share.desc(), bad.desc(), Tally.target_id)
        .limit(limit)
    ).all()
    found = {row[0]: Counter({state: int(n) for state, n in zip(STATES, row[2:], strict=True) if n}) for row in rows}
    return found, rows[0][1] if rows else 0


def trend(
    organization_id: int, days: int, today: date, *, kind: str = ORGANIZATION, target_id: int = 0,
    qualification_id: int | None = None,
) -> list[tuple[date, str, int]]:  # fmt: skip
    """Counts per day and state of the last `days` days, as the daily count wrote them; one statement."""
    statement = select(DailyTally.day, DailyTally.state, func.sum(DailyTally.number)).where(
        DailyTally.organization_id == organization_id, DailyTally.kind == kind, DailyTally.target_id == target_id,
        DailyTally.day > today - timedelta(days=days),
    )  # fmt: skip
    if qualification_id is not None:
        statement = statement.where(DailyTally.qualification_id == qualification_id)
    rows = db.session.execute(
        statement.group_by(DailyTally.day, DailyTally.state).order_by(DailyTally.day, DailyTally.state)
    )
    return [(day, state, int(number)) for day, state, number in rows]


def expiring(on: date, days: int, organization_id: int | None = None) -> Sequence[Status]:
    """What is required, held on `on`, and runs out within `days` days of it, the soonest first; three statements."""
    statement = (
        select(Status)
        .where(Status.valid_until.between(on, on + timedelta(days=days)), Status.state.in_((COMPLIANT, EXPIRING)))
        .order_by(Status.valid_until, Status.id)
        .options(selectinload(Status.user), selectinload(Status.qualification))
    )
    if organization_id is not None:
        statement = statement.where(Status.organization_id == organization_id)
    return db.session.scalars(statement).all()

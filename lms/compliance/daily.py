"""What time itself changes: statuses whose day has come, and the counts of every day. Bears being run at any time."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import and_, delete, func, insert, literal, or_, select, tuple_

from lms.accounts import Organization, User
from lms.compliance.days import today_of
from lms.compliance.deriving import REASONS, lock, stored_statuses, write_statuses
from lms.compliance.facts import Pair
from lms.compliance.models import DailyTally, Status, StatusPeriod, Tally
from lms.compliance.tallies import ALL
from lms.compliance.timeline import DEPARTMENT, JOB_FUNCTION, ORGANIZATION
from lms.db import db, transaction

CHUNK = 1000
"""Pairs in one transaction."""
DAY = timedelta(days=1)


def run() -> int:
    """Move what is due and count the day, for every organization; returns how many statuses were moved."""
    ids = list(db.session.scalars(select(Organization.id).order_by(Organization.id)))
    return sum(move(id, today_of(id)) for id in ids)


def move(organization_id: int, today: date) -> int:
    """Bring the statuses whose day has come to `today`, then count; returns how many were moved."""
    moved = 0
    seen_on = db.session.scalar(
        select(func.max(DailyTally.day)).where(DailyTally.organization_id == organization_id, DailyTally.day < today)
    )
    while pairs := _due(organization_id, today, seen_on):
        with transaction():
            lock([user_id for user_id, _qualification_id in pairs])
            _move(organization_id, pairs, today)
        moved += len(pairs)
    count_the_day(organization_id, today)
    return moved


def _due(organization_id: int, today: date, seen_on: date | None) -> Sequence[Pair]:
    """Statuses that end by today, and states that begin where there was none; by index, never all of them."""
    ends = select(Status.user_id, Status.qualification_id).where(
        Status.organization_id == organization_id, Status.next_change_on <= today
    )
    begins = (
        select(StatusPeriod.user_id, StatusPeriod.qualification_id)
        .outerjoin(
            Status,
            and_(
                Status.user_id == StatusPeriod.user_id, Status.qualification_id == StatusPeriod.qualification_id
            ),
        )
        .where(StatusPeriod.organization_id == organization_id, StatusPeriod.replaced_at.is_(None))
        .where(StatusPeriod.from_on <= today, or_(StatusPeriod.until_on.is_(None), StatusPeriod.until_on >= today))
        .where(Status.id.is_(None))
    )
    if seen_on is not None:
        begins = begins.where(StatusPeriod.from_on > seen_on)
    for statement in (ends, begins):
        rows = db.session.execute(statement.limit(CHUNK))
        pairs = [(user_id, qualification_id) for user_id, qualification_id in rows]
        if pairs:
            db.session.rollback()
            return pairs
    db.session.rollback()
    return []


def _move(organization_id: int, pairs: Sequence[Pair], today: date) -> None:
    users = {row.id: row for row in db.session.execute(
        select(User.id, User.department_id, User.job_function_id).where(User.id.in_({pair[0] for pair in pairs}))
    )}  # fmt: skip
    periods = db.session.execute(
        select(StatusPeriod.__table__).where(
            tuple_(StatusPeriod.user_id, StatusPeriod.qualification_id).in_(pairs),
            StatusPeriod.replaced_at.is_(None),
            StatusPeriod.from_on <= today,
            or_(StatusPeriod.until_on.is_(None), StatusPeriod.until_on >= today),
        )
    )
    expected = {
        (row.user_id, row.qualification_id): {
            "since": row.from_on, "next_change_on": row.until_on + DAY if row.until_on else None,
            "department_id": users[row.user_id].department_id,
            "job_function_id": users[row.user_id].job_function_id,
            **{name: getattr(row, name) for name in REASONS},
        }
        for row in periods
    }  # fmt: skip
    wanted = set(pairs)
    stored = stored_statuses({pair[0] for pair in pairs}, {pair[1] for pair in pairs})
    write_statuses(organization_id, {pair: row for pair, row in stored.items() if pair in wanted}, expected)


def count_past_day(organization_id: int, day: date) -> None:
    """Write the counts of a day before counting began, as is known now, by where people are now."""
    columns = ["organization_id", "day", "kind", "target_id", "qualification_id", "state", "number"]
    with transaction() as session:
        session.execute(
            delete(DailyTally).where(DailyTally.organization_id == organization_id, DailyTally.day == day)
        )
        for kind, target, qualification, parts in (
            (ORGANIZATION, literal(0), StatusPeriod.qualification_id, StatusPeriod.qualification_id),
            (DEPARTMENT, func.coalesce(func.min(User.department_id), 0), literal(0), User.department_id),
            (JOB_FUNCTION, func.coalesce(func.min(User.job_function_id), 0), literal(0), User.job_function_id),
        ):
            counts = (
                select(
                    literal(organization_id), literal(day), literal(kind), target, qualification, StatusPeriod.state,
                    func.count(),
                )
                .join(User, User.id == StatusPeriod.user_id)
                .where(StatusPeriod.organization_id == organization_id, StatusPeriod.replaced_at.is_(None))
                .where(StatusPeriod.from_on <= day, or_(StatusPeriod.until_on.is_(None), StatusPeriod.until_on >= day))
                .group_by(parts, StatusPeriod.state)
            )  # fmt: skip
            session.execute(insert(DailyTally).from_select(columns, counts))


def count_the_day(organization_id: int, day: date) -> None:
    """Write the counts of a day anew: the organization by qualification, its parts all together."""
    ours = (Tally.organization_id == organization_id) & (Tally.number > 0)
    columns = ["organization_id", "day", "kind", "target_id", "qualification_id", "state", "number"]
    counted = select(
        Tally.organization_id, literal(day), Tally.kind, Tally.target_id, Tally.qualification_id, Tally.state,
        Tally.number,
    ).where(ours, (Tally.kind == ORGANIZATION) | (Tally.qualification_id == ALL))  # fmt: skip
    with transaction() as session:
        session.execute(
            delete(DailyTally).where(DailyTally.organization_id == organization_id, DailyTally.day == day)
        )
        session.execute(insert(DailyTally).from_select(columns, counted))

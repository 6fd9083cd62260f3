"""Everything that decides about some people and some qualifications, read in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from lms.accounts import User
from lms.compliance.awards import COURSES, EVIDENCE, SIGN_OFF, Done, Key, Noted, Path
from lms.compliance.days import day_of, zone_of
from lms.compliance.models import Evidence, Exemption, Holding, Inclusion, Qualification, Requirement, SignOff
from lms.compliance.models.holdings import ACCEPTED
from lms.compliance.models.qualifications import FIRST
from lms.compliance.places import load_pieces
from lms.compliance.timeline import (
    DEPARTMENT,
    JOB_FUNCTION,
    ORGANIZATION,
    PERSON,
    Cover,
    Duty,
    Leave,
    Piece,
    Span,
    spans,
)
from lms.compliance.validity import Rule
from lms.courses import Enrollment
from lms.db import db, utcnow

Pair = tuple[int, int]
"""Ids of a user and a qualification."""


@dataclass(slots=True)
class Facts:
    """What is known of a few people; the pairs to be worked out are `user_ids` times `qualification_ids`."""

    organization_id: int
    zone: ZoneInfo
    users: dict[int, Any]
    qualifications: dict[int, Qualification]
    qualification_ids: list[int]
    wider: dict[int, set[int]]
    """By qualification: itself and those that include it."""
    pieces: dict[int, list[Piece]]
    duties: dict[int, list[Duty]]
    done: dict[Pair, list[Done]] = field(default_factory=lambda: defaultdict(list))
    holdings: dict[Pair, list[Holding]] = field(default_factory=lambda: defaultdict(list))
    leaves: dict[Pair, list[Leave]] = field(default_factory=lambda: defaultdict(list))

    def spans(self, user_id: int, qualification_id: int) -> list[Span]:
        """When the qualification is required of the person."""
        return spans(self.duties.get(qualification_id, ()), self.pieces[user_id], user_id)

    def due_on(self, user_id: int, qualification_id: int, day: date) -> date | None:
        """By when, on that day, the person was to hold it."""
        due = [span.due_on for span in self.spans(user_id, qualification_id) if span.holds(day)]
        return min(due, default=None)

    def covers(self, user_id: int, qualification_id: int) -> list[Cover]:
        """What counts as holding it, by itself or by a qualification that includes it."""
        return [
            cover_of(holding)
            for wider in self.wider[qualification_id]
            for holding in self.holdings.get((user_id, wider), ())
            if not holding.withdrawn
        ]


def cover_of(holding: Holding) -> Cover:
    """The days a holding is for."""
    suspensions = tuple(
        (date.fromisoformat(one["from"]), date.fromisoformat(one["until"]) if one["until"] else None)
        for one in holding.suspensions
    )
    return Cover(holding.id, holding.valid_from, holding.valid_until, holding.revoked_on, suspensions)


def noted(holdings: Sequence[Holding]) -> dict[Key, Noted]:
    """What is on record about each holding, by its source."""
    return {
        (row.source, row.source_id): Noted(Rule.read(row.rule), row.due_on, row.changed_to, row.revoked_on)
        for row in holdings
    }


def paths(qualification: Qualification) -> tuple[Path, Path]:
    """The first courses, and those of a renewal, which are the first ones where none are named."""
    first = frozenset(row.course_id for row in qualification.courses if row.path == FIRST)
    renewal = frozenset(row.course_id for row in qualification.courses if row.path != FIRST)
    walked = Path(first, qualification.first_needed)
    return walked, Path(renewal, qualification.renewal_needed) if renewal else walked


def inclusions(organization_id: int) -> list[Pair]:
    """Every (qualification, one it includes) of the organization; one statement."""
    rows = db.session.execute(
        select(Inclusion.qualification_id, Inclusion.includes_id)
        .join(Qualification, Qualification.id == Inclusion.qualification_id)
        .where(Qualification.organization_id == organization_id)
    )
    return [(wide, narrow) for wide, narrow in rows]


def reachable(pairs: Sequence[Pair], start: Collection[int]) -> set[int]:
    """`start` and everything that the pairs lead to from there."""
    found, waiting = set(start), list(start)
    while waiting:
        here = waiting.pop()
        for source, target in pairs:
            if source == here and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def load(organization_id: int, user_ids: Sequence[int], qualification_ids: Collection[int] | None = None) -> Facts:
    """The facts about these people; with `qualification_ids` about those and what they include, else about all."""
    zone = zone_of(organization_id)
    users = {
        row.id: row
        for row in db.session.execute(
            select(User.id, User.created_at, User.department_id, User.job_function_id, User.active).where(
                User.id.in_(user_ids), User.organization_id == organization_id
            )
        )
    }
    pairs = inclusions(organization_id)
    statement = select(Qualification).where(Qualification.organization_id == organization_id)
    wanted = None if qualification_ids is None else reachable(pairs, qualification_ids)
    back = [(narrow, wide) for wide, narrow in pairs]
    if wanted is not None:
        statement = statement.where(Qualification.id.in_(reachable(back, wanted)))
    rows = db.session.scalars(
        statement.options(selectinload(Qualification.courses)).execution_options(populate_existing=True)
    )
    qualifications = {row.id: row for row in rows}
    targets = sorted(qualifications.keys() if wanted is None else wanted & qualifications.keys())
    pieces = load_pieces(list(users.values()), zone)
    facts = Facts(
        organization_id, zone, users, qualifications, targets,
        {id: reachable(back, [id]) & qualifications.keys() for id in targets},
        pieces, _duties(organization_id, pieces, list(users), targets),
    )  # fmt: skip
    _load_done(facts)
    _load_holdings(facts)
    return facts


def _duties(
    organization_id: int, pieces: dict[int, list[Piece]], user_ids: list[int], targets: list[int]
) -> dict[int, list[Duty]]:
    """Requirements that may concern these people; one statement."""
    departments = {id for row in pieces.values() for piece in row for id in piece.departments}
    jobs = {piece.job_function_id for row in pieces.values() for piece in row} - {None}
    rows = db.session.execute(
        select(
            Requirement.id, Requirement.qualification_id, Requirement.target, Requirement.department_id,
            Requirement.job_function_id, Requirement.user_id, Requirement.starts_on, Requirement.ends_on,
            Requirement.comply_days, Requirement.below,
        )
        .where(Requirement.organization_id == organization_id, ~Requirement.withdrawn)
        .where(Requirement.qualification_id.in_(targets))
        .where(
            or_(
                Requirement.target == ORGANIZATION,
                (Requirement.target == DEPARTMENT) & Requirement.department_id.in_(departments),
                (Requirement.target == JOB_FUNCTION) & Requirement.job_function_id.in_(jobs),
                (Requirement.target == PERSON) & Requirement.user_id.in_(user_ids),
            )
        )
    )  # fmt: skip
    found: dict[int, list[Duty]] = defaultdict(list)
    for row in rows:
        target_id = row.department_id or row.job_function_id or row.user_id
        found[row.qualification_id].append(
            Duty(row.id, row.target, target_id, row.starts_on, row.ends_on, row.comply_days, row.below)
        )
    return found


def _load_done(facts: Facts) -> None:
    """What people did: completed courses, accepted evidence, sign-offs; three statements."""
    of_course: dict[int, list[int]] = defaultdict(list)
    for id, qualification in facts.qualifications.items():
        for course_id in {row.course_id for row in qualification.courses}:
            of_course[course_id].append(id)
    if of_course:
        rows = db.session.execute(
            select(Enrollment.id, Enrollment.user_id, Enrollment.course_id, Enrollment.completed_at)
            .where(Enrollment.user_id.in_(facts.users), Enrollment.course_id.in_(of_course))
            .where(Enrollment.completed_at.is_not(None))
        )
        for id, user_id, course_id, moment in rows:
            step = Done(day_of(moment or utcnow(), facts.zone), COURSES, id, course_id)
            for qualification_id in of_course[course_id]:
                facts.done[user_id, qualification_id].append(step)
    for model, condition, kind in (
        (Evidence, Evidence.state == ACCEPTED, EVIDENCE), (SignOff, ~SignOff.withdrawn, SIGN_OFF)
    ):  # fmt: skip
        for row in db.session.execute(_of_people(model, facts).where(condition)):
            day = row.obtained_on if kind == EVIDENCE else row.signed_on
            step = Done(day, kind, row.id, expires_on=row.expires_on if kind == EVIDENCE else None)
            facts.done[row.user_id, row.qualification_id].append(step)


def _load_holdings(facts: Facts) -> None:
    """What is on record as held, and who is let off; two statements."""
    holdings = db.session.scalars(
        select(Holding)
        .where(Holding.user_id.in_(facts.users), Holding.qualification_id.in_(facts.qualifications))
        .order_by(Holding.id)
        .execution_options(populate_existing=True)
    )
    for holding in holdings:
        facts.holdings[holding.user_id, holding.qualification_id].append(holding)
    for row in db.session.execute(_of_people(Exemption, facts).where(~Exemption.withdrawn)):
        facts.leaves[row.user_id, row.qualification_id].append(Leave(row.id, row.starts_on, row.ends_on))


def _of_people(model: Any, facts: Facts) -> Any:
    return select(model.__table__).where(
        model.user_id.in_(facts.users), model.qualification_id.in_(facts.qualifications)
    )


def in_chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """`ids` in pieces of at most `size`."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

"""How one person stands for each qualification, why, and what is to be done next by when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms import compliance
from lms.accounts import User
from lms.certificates import Certificate
from lms.certificates.issuing import HOLDING
from lms.compliance import (
    COMPLIANT,
    EXEMPT,
    EXPIRED,
    EXPIRING,
    IN_GRACE,
    MISSING,
    Evidence,
    Holding,
    Qualification,
    Status,
)
from lms.compliance.explaining import source_params
from lms.compliance.models import QualificationCourse
from lms.compliance.wording import counted_words
from lms.courses import PUBLISHED, Course, Enrollment
from lms.db import db, find
from lms.policy import authorize
from lms.proof import wording
from lms.proof.wording import WORST_FIRST

TO_DO = (EXPIRED, MISSING, IN_GRACE, EXPIRING)


@dataclass(frozen=True, slots=True)
class Step:
    """A course to take; `enrollment` is the person's round that is under way."""

    course: Course
    enrollment: Enrollment | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One qualification of one person."""

    status: Status
    qualification: Qualification
    sentence: str
    counted: str
    holding: Holding | None
    certificate: Certificate | None
    steps: Sequence[Step]
    opens_on: date | None
    """When a renewal may begin; None where it may now, or there is none."""
    waiting: Evidence | None
    """Handed in and not reviewed yet."""

    @property
    def is_to_do(self) -> bool:
        """Whether the person should do something about it."""
        return self.status.state in TO_DO

    @property
    def can_start(self) -> bool:
        """Whether there is a course that could be begun now."""
        is_wanted = self.is_to_do or self.status.state in (COMPLIANT, EXEMPT)
        lasts = self.holding is not None and self.holding.valid_until is None
        return is_wanted and not lasts and self.opens_on is None and any(not step.enrollment for step in self.steps)


def standings_of(user: User) -> list[Standing]:
    """Everything a person holds or must hold, what is worst first; about twenty statements, whatever its number."""
    return _standings(user, list(compliance.statuses_of(user)))


def standing_of(user_id: int, qualification_id: int, actor: User) -> tuple[User, Standing | None]:
    """One person's standing for one qualification; None where it is neither required nor held.

    Raises NotFound for somebody of another organization, NotAllowed for whom it does not concern.
    """
    user = find(User, user_id, actor.organization_id)
    if user.id != actor.id:
        authorize(actor, "view", "Status")
    statement = select(Status).where(Status.user_id == user.id, Status.qualification_id == qualification_id)
    rows = db.session.scalars(statement.options(selectinload(Status.qualification))).all()
    found = _standings(user, rows)
    return user, found[0] if found else None


def _standings(user: User, statuses: Sequence[Status]) -> list[Standing]:
    today = compliance.today_of(user.organization_id)
    ids = [status.qualification_id for status in statuses]
    reasons = compliance.explanations(statuses)
    holdings = {row.id: row for row in compliance.holdings_of(user)}
    courses = _courses(ids)
    steps = {id: _to_take(rows, holdings, id, today) for id, rows in courses.items()}
    rounds = _rounds(user, {course.id for rows in steps.values() for course in rows})
    certificates = _certificates(holdings)
    waiting = _waiting(user, ids)
    found = []
    for status in statuses:
        holding = holdings.get(status.holding_id or 0)
        own = _latest(holdings, status.qualification_id)
        opens_on = compliance.renewal_opens_on(own) if own is not None and own.valid_until else None
        found.append(
            Standing(
                status=status,
                qualification=status.qualification,
                sentence=wording.sentence(reasons[status.user_id, status.qualification_id]),
                counted=counted_words(holding) if holding else "",
                holding=holding,
                certificate=certificates.get(holding.id) if holding else None,
                steps=[Step(course, rounds.get(course.id)) for course in steps.get(status.qualification_id, ())],
                opens_on=opens_on if opens_on is not None and opens_on > today else None,
                waiting=waiting.get(status.qualification_id),
            )
        )
    return sorted(found, key=_weight)


def _weight(row: Standing) -> tuple[int, date, str]:
    return WORST_FIRST.index(row.status.state), row.status.due_on or date.max, row.qualification.title


def _latest(holdings: dict[int, Holding], qualification_id: int) -> Holding | None:
    own = [row for row in holdings.values() if row.qualification_id == qualification_id and row.revoked_on is None]
    return max(own, key=lambda row: (row.valid_until or date.max, row.id), default=None)


def _courses(ids: Sequence[int]) -> dict[int, list[QualificationCourse]]:
    rows = db.session.scalars(
        select(QualificationCourse)
        .join(QualificationCourse.course)
        .where(QualificationCourse.qualification_id.in_(ids), Course.status == PUBLISHED)
        .order_by(QualificationCourse.id)
        .options(contains_eager(QualificationCourse.course), joinedload(QualificationCourse.qualification))
    )
    found = defaultdict(list)
    for row in rows:
        found[row.qualification_id].append(row)
    return found


def _to_take(
    rows: Sequence[QualificationCourse], holdings: dict[int, Holding], qualification_id: int, today: date
) -> list[Course]:
    """What `compliance.courses_to_take` says, without reading each qualification's courses by itself."""
    held = _latest(holdings, qualification_id)
    grace = rows[0].qualification.rule.grace
    is_current = held is not None and (held.valid_until is None or today <= grace.after(held.valid_until))
    renewal = [row.course for row in rows if row.path == "renewal"]
    return renewal if is_current and renewal else [row.course for row in rows if row.path == "first"]


def _rounds(user: User, course_ids: set[int]) -> dict[int, Enrollment]:
    rows = db.session.scalars(
        select(Enrollment).where(
            Enrollment.user_id == user.id, Enrollment.course_id.in_(course_ids), Enrollment.completed_at.is_(None)
        )
    )
    return {row.course_id: row for row in rows}


def _certificates(holding_ids: Sequence[int] | dict[int, Holding]) -> dict[int, Certificate]:
    rows = db.session.scalars(
        select(Certificate).where(Certificate.source_type == HOLDING, Certificate.source_id.in_(list(holding_ids)))
    )
    return {row.source_id: row for row in rows}


def _waiting(user: User, ids: Sequence[int]) -> dict[int, Evidence]:
    rows = db.session.scalars(
        select(Evidence).where(
            Evidence.user_id == user.id, Evidence.qualification_id.in_(ids), Evidence.state == "submitted"
        )
    )
    return {row.qualification_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Past:
    """A holding in the person's history."""

    holding: Holding
    source: str
    counted: str
    certificate: Certificate | None


def history_of(user: User, qualification_id: int) -> list[Past]:
    """Every time the person obtained or renewed it, the latest first; at most ten statements."""
    rows = [row for row in compliance.holdings_of(user) if row.qualification_id == qualification_id]
    sources = source_params(rows)
    certificates = _certificates([row.id for row in rows])
    return [
        Past(
            row,
            wording.source(sources[row.id]),
            counted_words(row),
            certificates.get(row.id),
        )
        for row in rows
    ]

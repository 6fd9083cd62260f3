"""Attempts: beginning, going on, and what they come to."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms import packages, results
from lms.accounts import User
from lms.courses import PUBLISHED, Enrollment, Subject
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, NotFound
from lms.events import EventCenter
from lms.packages import ASSET, PackageUnit
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.results import Outcome
from lms.tracking.models import PackageAttempt, UnitAttempt


def current_attempt(enrollment: Enrollment, subject: Subject, actor: User, *, anew: bool = False) -> PackageAttempt:
    """The learner's latest attempt, or with `anew` another one; the first begins by itself.

    Raises NotAllowed for another person's enrollment, Conflict when the course is not open, NotFound when the subject
    is no package of this course.
    """
    authorize(actor, "learn", enrollment)
    if subject.course_id != enrollment.course_id or subject.content is None:
        raise NotFound("This subject is not part of the course.")
    if enrollment.course.status != PUBLISHED:
        raise Conflict("This course is not open at the moment.")
    latest = _latest(enrollment, subject)
    if latest is not None and not anew:
        return latest
    package = packages.latest_package(subject.content)
    with transaction() as session:
        session.execute(select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update())
        newest = _latest(enrollment, subject)
        if newest is not None and (latest is None or newest.number > latest.number):
            return newest
        attempt = PackageAttempt(
            organization_id=enrollment.organization_id, enrollment_id=enrollment.id, subject_id=subject.id,
            course_id=subject.course_id, user_id=enrollment.user_id, package_id=package.id,
            number=newest.number + 1 if newest else 1, registration=str(uuid4()),
        )  # fmt: skip
        session.add(attempt)
        EventCenter.broadcast("created", attempt, actor)
    return attempt


def _latest(enrollment: Enrollment, subject: Subject) -> PackageAttempt | None:
    return db.session.scalar(
        select(PackageAttempt)
        .where(PackageAttempt.enrollment_id == enrollment.id, PackageAttempt.subject_id == subject.id)
        .order_by(PackageAttempt.number.desc())
        .limit(1)
    )


def contents_of(attempt: PackageAttempt) -> list[tuple[PackageUnit, UnitAttempt | None]]:
    """The table of contents with what each unit has come to; one statement."""
    rows = db.session.execute(
        select(PackageUnit, UnitAttempt)
        .outerjoin(UnitAttempt, (UnitAttempt.unit_id == PackageUnit.id) & (UnitAttempt.attempt_id == attempt.id))
        .where(PackageUnit.package_id == attempt.package_id)
        .order_by(PackageUnit.position)
    )
    return [(unit, state) for unit, state in rows]


def unit_attempt(attempt: PackageAttempt, unit_id: int) -> UnitAttempt:
    """The row of this unit in the attempt, locked, made on first use; raises NotFound if it cannot be launched.

    To be called in the transaction that changes it.
    """
    unit = find(PackageUnit, unit_id, attempt.organization_id)
    if unit.package_id != attempt.package_id or not unit.can_be_launched:
        raise NotFound("There is no such unit in this package.")
    db.session.execute(select(PackageAttempt.id).where(PackageAttempt.id == attempt.id).with_for_update())
    row = db.session.scalar(
        select(UnitAttempt).where(UnitAttempt.attempt_id == attempt.id, UnitAttempt.unit_id == unit.id)
    )
    if row is None:
        row = UnitAttempt(organization_id=attempt.organization_id, attempt_id=attempt.id, unit_id=unit.id, data={})
        db.session.add(row)
        db.session.flush()
    return row


def mark_done(attempt: PackageAttempt, unit_id: int, actor: User) -> None:
    """The learner says that a unit is worked through; only for one that has reported nothing itself.

    Raises Conflict for a unit that reports.
    """
    authorize(actor, "learn", attempt)
    with transaction():
        row = unit_attempt(attempt, unit_id)
        if row.spoke or row.unit.kind == packages.AU:
            raise Conflict("This unit reports by itself whether it is done.")
        if not row.done:
            row.done, row.passed = True, True
            settle(attempt, actor)


def settle(attempt: PackageAttempt, actor: User | None) -> None:
    """See what the attempt comes to now: once every unit is done, write its result. In the caller's transaction.

    Passed is an attempt whose units are all done and none failed; its score is the average of the units that have
    one, its time their sum.
    """
    db.session.flush()
    pairs = [(unit, state) for unit, state in contents_of(attempt) if unit.can_be_launched]
    states = [state for _unit, state in pairs if state is not None]
    scores = [state.score for state in states if state.score is not None]
    values: dict[str, Any] = {
        "score": round(sum(scores) / len(scores)) if scores else None,
        "seconds": round(sum(state.seconds for state in states)),
    }
    is_done = all(state is not None and state.done for _unit, state in pairs)
    if is_done:
        values["passed"] = all(state.passed is not False for state in states)
    previous = snapshot(attempt)
    finishes = is_done and attempt.finished_at is None
    for name, value in values.items():
        setattr(attempt, name, value)
    if finishes:
        attempt.finished_at = utcnow()
    if finishes or (is_done and previous["passed"] != attempt.passed):
        EventCenter.broadcast("updated", previous, attempt, actor)
    if is_done:
        outcome = Outcome(bool(attempt.passed), attempt.score, attempt.seconds, attempt.package.version)
        results.record(attempt.enrollment, attempt.subject, outcome, "package", actor)


def open_asset(state: UnitAttempt, actor: User | None) -> None:
    """An asset is done once it is opened: it cannot say more. In the caller's transaction."""
    if state.unit.kind == ASSET and not state.done:
        state.done, state.passed = True, True
        settle(state.attempt, actor)


SORTS = {"name": User.name, "begun": PackageAttempt.created_at, "finished": PackageAttempt.finished_at}


def attempts_page(
    actor: User, content_id: int, q: str = "", sort: str = "-begun", number: int = 1, size: int = 25, *, state: str = ""
) -> Page[PackageAttempt]:
    """Attempts at the packages of a content, newest first unless sorted otherwise; two statements."""
    authorize(actor, "view", "PackageAttempt")
    statement = (
        select(PackageAttempt)
        .join(PackageAttempt.user)
        .join(PackageAttempt.package)
        .where(
            PackageAttempt.organization_id == actor.organization_id, packages.Package.content_id == content_id
        )
        .options(
            contains_eager(PackageAttempt.user), contains_eager(PackageAttempt.package),
            joinedload(PackageAttempt.subject).joinedload(Subject.course),
        )
    )  # fmt: skip
    if q:
        statement = statement.where(User.name.icontains(q, autoescape=True) | User.email.icontains(q, autoescape=True))
    if state:
        done = PackageAttempt.finished_at.is_not(None)
        statement = statement.where(done if state == "finished" else ~done)
    column = SORTS.get(sort.lstrip("-"), PackageAttempt.created_at)
    return paginate(
        statement.order_by(column.desc() if sort.startswith("-") else column, PackageAttempt.id), number, size
    )


def find_attempt(id: int | str, actor: User) -> PackageAttempt:
    """An attempt with all that was reported, for those who help learners; raises NotFound and NotAllowed."""
    attempt = find(PackageAttempt, id, actor.organization_id)
    authorize(actor, "view", attempt)
    return attempt


def number_of_attempts(content_ids: Sequence[int]) -> dict[int, int]:
    """How many attempts there were, per content; one statement."""
    rows = db.session.execute(
        select(packages.Package.content_id, func.count())
        .join(PackageAttempt, PackageAttempt.package_id == packages.Package.id)
        .where(packages.Package.content_id.in_(content_ids))
        .group_by(packages.Package.content_id)
    )
    return {content_id: number for content_id, number in rows}

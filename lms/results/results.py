"""Finishing subjects, and through them courses."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from lms import courses
from lms.accounts import User
from lms.courses import PUBLISHED, Course, Enrollment, Subject
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict, NotFound
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.results.models import Result


def finish_content(enrollment: Enrollment, subject: Subject, actor: User) -> Result:
    """The learner has worked through a content. The last subject passed completes the course.

    Raises NotAllowed for another person's enrollment, Conflict when the course is not published or the subject
    is an event, whose attendance an instructor confirms. A second time returns the result there is.
    """
    authorize(actor, "learn", enrollment)
    if subject.content_id is None:
        raise Conflict("Your instructor confirms that you attended this event.")
    return record(enrollment, subject, Outcome(passed=True), "learner", actor)


def confirm_attendance(enrollment: Enrollment, subject: Subject, actor: User) -> Result:
    """An instructor or author confirms that somebody attended the subject's event."""
    if subject.event is None:
        raise Conflict("Only attendance of an event can be confirmed.")
    authorize(actor, "edit", subject.event)
    return record(enrollment, subject, Outcome(passed=True), "instructor", actor)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was achieved: `score` is a percentage, `seconds` the time spent, `version` that of the content."""

    passed: bool
    score: int | None = None
    seconds: int | None = None
    version: int | None = None

    def is_better_than(self, result: Result) -> bool:
        """Whether it counts instead of what stands: passed before not passed, then the higher score."""
        return (self.passed, self.score or 0) > (result.passed, result.score or 0)


def record(
    enrollment: Enrollment, subject: Subject, outcome: Outcome, source: str, actor: User | None, *,
    finished_at: datetime | None = None,
) -> Result:  # fmt: skip
    """Write what somebody achieved on a subject, now or at `finished_at`; the best outcome counts, so a worse one
    changes nothing.

    The last subject passed completes the course. Who may do this is the caller's to check. Raises Conflict when the
    course is not published, NotFound when the subject is not part of it.
    """
    if subject.course_id != enrollment.course_id:
        raise NotFound("This subject is not part of the course.")
    if enrollment.course.status != PUBLISHED:
        raise Conflict("This course is not open at the moment.")
    if courses.has_later_round(enrollment):
        raise Conflict("A newer round of this course has begun. Go on from the course's page.")
    with transaction() as session:
        session.execute(select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update())
        result = session.scalar(
            select(Result)
            .where(Result.enrollment_id == enrollment.id, Result.subject_id == subject.id)
            .execution_options(populate_existing=True)
        )
        if result is None:
            result = _first(enrollment, subject, outcome, source, finished_at)
            session.add(result)
            EventCenter.broadcast("created", result, actor)
        elif outcome.is_better_than(result):
            _change(result, outcome, source, actor, finished_at)
        else:
            return result
        if result.passed:
            _complete(enrollment, actor, finished_at)
    return result


def correct(enrollment: Enrollment, subject: Subject, outcome: Outcome, source: str, actor: User | None) -> Result:
    """Put right what was written on a subject: this outcome stands from now on, better or worse.

    A course that was complete with it is not any more, and the other way round. Who may do this is the caller's to
    check. Raises NotFound when the subject is not part of the course.
    """
    if subject.course_id != enrollment.course_id:
        raise NotFound("This subject is not part of the course.")
    with transaction() as session:
        session.execute(select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update())
        result = session.scalar(
            select(Result)
            .where(Result.enrollment_id == enrollment.id, Result.subject_id == subject.id)
            .execution_options(populate_existing=True)
        )
        if result is None:
            result = _first(enrollment, subject, outcome, source)
            session.add(result)
            EventCenter.broadcast("created", result, actor)
        elif any(getattr(result, name) != value for name, value in asdict(outcome).items()):
            _change(result, outcome, source, actor)
        session.flush()
        if result.passed:
            _complete(enrollment, actor)
        else:
            courses.take_back_completion(enrollment, actor)
    return result


def _first(
    enrollment: Enrollment, subject: Subject, outcome: Outcome, source: str, finished_at: datetime | None = None
) -> Result:
    return Result(
        organization_id=enrollment.organization_id,
        enrollment_id=enrollment.id,
        subject_id=subject.id,
        course_id=enrollment.course_id,
        user_id=enrollment.user_id,
        finished_at=finished_at or utcnow(),
        source=source,
        **asdict(outcome),
    )


def _change(
    result: Result, outcome: Outcome, source: str, actor: User | None, finished_at: datetime | None = None
) -> None:
    previous = snapshot(result)
    for name, value in asdict(outcome).items():
        setattr(result, name, value)
    result.finished_at, result.source = finished_at or utcnow(), source
    EventCenter.broadcast("updated", previous, result, actor)


def _complete(enrollment: Enrollment, actor: User | None, at: datetime | None = None) -> None:
    total = db.session.scalar(select(func.count()).where(Subject.course_id == enrollment.course_id))
    if progress([enrollment.id]).get(enrollment.id, 0) == total:
        courses.complete(enrollment, actor, at)


def progress(enrollment_ids: Sequence[int]) -> dict[int, int]:
    """How many subjects are passed, per enrollment; one statement."""
    rows = db.session.execute(
        select(Result.enrollment_id, func.count())
        .where(Result.enrollment_id.in_(enrollment_ids), Result.passed)
        .group_by(Result.enrollment_id)
    )
    return {enrollment_id: number for enrollment_id, number in rows}


def passed_subjects(enrollment: Enrollment) -> set[int]:
    """Ids of the subjects passed; one statement."""
    return set(
        db.session.scalars(select(Result.subject_id).where(Result.enrollment_id == enrollment.id, Result.passed))
    )


SORTS = {"finished": Result.finished_at, "name": User.name, "course": Course.title}


def results_page(
    organization_id: int, q: str = "", sort: str = "-finished", number: int = 1, size: int = 25, *,
    course_id: int | None = None, user_id: int | None = None, among: Select[int] | None = None,
) -> Page[Result]:  # fmt: skip
    """Results, newest first unless sorted otherwise, of the people whose ids `among` selects; six statements."""
    statement = (
        select(Result)
        .join(Result.user)
        .join(Result.course)
        .where(Result.organization_id == organization_id)
        .options(selectinload(Result.user), selectinload(Result.course))
        .options(selectinload(Result.subject), selectinload(Result.enrollment))
    )
    if q:
        statement = statement.where(
            User.name.icontains(q, autoescape=True) | Course.title.icontains(q, autoescape=True)
        )
    if course_id:
        statement = statement.where(Result.course_id == course_id)
    if user_id:
        statement = statement.where(Result.user_id == user_id)
    if among is not None:
        statement = statement.where(Result.user_id.in_(among))
    column = SORTS.get(sort.lstrip("-"), Result.finished_at)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Result.id), number, size)

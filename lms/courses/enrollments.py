"""Who is in a course."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, contains_eager

from lms.accounts import User, seen_by
from lms.courses.models import ARCHIVED, PUBLISHED, Course, Enrollment
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotAllowed
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize


def enroll(course: Course, user_ids: Sequence[int], actor: User) -> list[Enrollment]:
    """Enroll people; those who are in already stay as they are. Returns the new enrollments.

    Raises Invalid if somebody is unknown, inactive or of another organization: then nobody is enrolled.
    """
    authorize(actor, "enroll", course)
    seen = seen_by(actor, "enroll", "Course")
    if seen is not None and set(user_ids) - set(db.session.scalars(seen)):
        raise Invalid("user_ids", "Somebody you chose is not in your team. Reload the page and choose again.")
    return _enroll(course, user_ids, actor)


def enroll_self(course: Course, actor: User) -> list[Enrollment]:
    """Enroll oneself in a published course that allows it."""
    authorize(actor, "view", course)
    if course.status != PUBLISHED or not course.self_enrollment:
        raise NotAllowed("You cannot enroll yourself in this course. Ask your manager.")
    return _enroll(course, [actor.id], actor)


def _enroll(course: Course, user_ids: Sequence[int], actor: User) -> list[Enrollment]:
    if course.status == ARCHIVED:
        raise Conflict("This course is archived. Reopen it before you enroll anybody.")
    wanted = sorted(set(user_ids))
    if not wanted:
        raise Invalid("user_ids", "Choose at least one person.")
    with transaction() as session:
        session.execute(select(Course.id).where(Course.id == course.id).with_for_update())
        known = set(
            session.scalars(
                select(User.id).where(User.id.in_(wanted), User.organization_id == course.organization_id, User.active)
            )
        )
        if set(wanted) - known:
            raise Invalid("user_ids", "Somebody you chose is no longer here. Reload the page and choose again.")
        present = set(
            session.scalars(
                select(Enrollment.user_id).where(Enrollment.course_id == course.id, Enrollment.user_id.in_(wanted))
            )
        )
        new = [
            Enrollment(
                organization_id=course.organization_id, course_id=course.id, user_id=user_id, enrolled_by_id=actor.id
            )
            for user_id in wanted
            if user_id not in present
        ]
        session.add_all(new)
        session.flush()
        for enrollment in new:
            EventCenter.broadcast("created", enrollment, actor)
    return new


def is_latest() -> ColumnElement[bool]:
    """Condition on `Enrollment`: no later round of the same person in the same course has begun."""
    later = aliased(Enrollment)
    return ~(
        select(later.id)
        .where(later.course_id == Enrollment.course_id, later.user_id == Enrollment.user_id)
        .where(later.round > Enrollment.round)
        .exists()
    )


def has_later_round(enrollment: Enrollment) -> bool:
    """Whether the person has begun anew since, so that this round is only to be read; one statement."""
    return db.session.scalar(select(Enrollment.id).where(Enrollment.id == enrollment.id, is_latest())) is None


def start_round(course: Course, user_ids: Sequence[int], actor: User) -> list[Enrollment]:
    """Let people who completed the course begin anew, in a new enrollment; the earlier one stays as it was.

    Who is not enrolled yet is enrolled; who is under way stays as they are. The actor's right is the caller's to
    check. Returns the new enrollments. Raises Invalid and Conflict as `enroll` does.
    """
    with transaction() as session:
        new = _enroll(course, user_ids, actor)
        again = session.scalars(
            select(Enrollment)
            .where(Enrollment.course_id == course.id, Enrollment.user_id.in_(user_ids), is_latest())
            .where(Enrollment.completed_at.is_not(None))
            .order_by(Enrollment.user_id)
        ).all()
        rounds = [
            Enrollment(
                organization_id=course.organization_id, course_id=course.id, user_id=row.user_id,
                round=row.round + 1, enrolled_by_id=actor.id,
            )
            for row in again
        ]  # fmt: skip
        session.add_all(rounds)
        session.flush()
        for enrollment in rounds:
            EventCenter.broadcast("created", enrollment, actor)
    return [*new, *rounds]


def unenroll(enrollment: Enrollment, actor: User) -> None:
    """Take somebody out of a course; raises Conflict once there are results."""
    authorize(actor, "end", enrollment)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", enrollment, actor)
            session.delete(enrollment)
    except IntegrityError:
        raise Conflict("This person has results in the course; those stay on record.") from None


def complete(enrollment: Enrollment, actor: User | None, at: datetime | None = None) -> None:
    """Note that every subject is passed, now or since a moment; does nothing the second time."""
    with transaction():
        if enrollment.completed_at is None:
            previous = snapshot(enrollment)
            enrollment.completed_at = at or utcnow()
            EventCenter.broadcast("updated", previous, enrollment, actor)


def take_back_completion(enrollment: Enrollment, actor: User | None) -> None:
    """A result was corrected, so not every subject is passed any more; does nothing where it was not complete."""
    with transaction():
        if enrollment.completed_at is not None:
            previous = snapshot(enrollment)
            enrollment.completed_at = None
            EventCenter.broadcast("updated", previous, enrollment, actor)


SORTS = {"name": User.name, "enrolled": Enrollment.created_at, "completed": Enrollment.completed_at}


def enrollments_page(
    course: Course, q: str = "", sort: str = "name", number: int = 1, size: int = 25, *, state: str = "",
    among: Select[int] | None = None,
) -> Page[Enrollment]:  # fmt: skip
    """People in a course, by name or address; `state` is completed or active, `among` selects the ids of those to show.
    Two statements."""
    statement = (
        select(Enrollment)
        .join(Enrollment.user)
        .where(Enrollment.course_id == course.id, is_latest())
        .options(contains_eager(Enrollment.user))
    )
    if q:
        statement = statement.where(User.name.icontains(q, autoescape=True) | User.email.icontains(q, autoescape=True))
    if among is not None:
        statement = statement.where(Enrollment.user_id.in_(among))
    if state:
        done = Enrollment.completed_at.is_not(None)
        statement = statement.where(done if state == "completed" else ~done)
    column = SORTS.get(sort.lstrip("-"), User.name)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Enrollment.id), number, size)


def my_enrollments(user: User, q: str = "", number: int = 1, size: int = 25) -> Page[Enrollment]:
    """The person's courses that are published, unfinished first; two statements."""
    statement = (
        select(Enrollment)
        .join(Enrollment.course)
        .where(Enrollment.user_id == user.id, Course.status == PUBLISHED, is_latest())
        .options(contains_eager(Enrollment.course))
        .order_by(Enrollment.completed_at.is_not(None), Course.title, Enrollment.id)
    )
    if q:
        statement = statement.where(Course.title.icontains(q, autoescape=True))
    return paginate(statement, number, size)


def open_courses(user: User, q: str = "", number: int = 1, size: int = 25) -> Page[Course]:
    """Published courses in which the person may enroll by themselves, and is not; two statements."""
    mine = select(Enrollment.course_id).where(Enrollment.user_id == user.id)
    statement = select(Course).where(
        Course.organization_id == user.organization_id,
        Course.status == PUBLISHED,
        Course.self_enrollment,
        Course.id.not_in(mine),
    )
    if q:
        statement = statement.where(Course.title.icontains(q, autoescape=True))
    return paginate(statement.order_by(Course.title, Course.id), number, size)


def enrollment_of(user: User, course: Course) -> Enrollment | None:
    """The person's enrollment in a course, of the latest round."""
    return db.session.scalar(
        select(Enrollment)
        .where(Enrollment.user_id == user.id, Enrollment.course_id == course.id)
        .order_by(Enrollment.round.desc())
        .limit(1)
    )


def earlier_rounds(course: Course, user_ids: Sequence[int]) -> dict[int, list[Enrollment]]:
    """The rounds before the latest, per person, the first one first; one statement."""
    rounds: dict[int, list[Enrollment]] = {}
    for row in db.session.scalars(
        select(Enrollment)
        .where(Enrollment.course_id == course.id, Enrollment.user_id.in_(user_ids), ~is_latest())
        .order_by(Enrollment.user_id, Enrollment.round)
    ):
        rounds.setdefault(row.user_id, []).append(row)
    return rounds

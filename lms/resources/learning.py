"""Who is in which course, and what came of it."""

from typing import Annotated, Any

from annotated_types import Ge, Le
from sqlalchemy import Select

from lms import courses, results
from lms.accounts import User
from lms.attrs import Attrs
from lms.courses import Course, Enrollment, Subject
from lms.db import find
from lms.errors import Conflict, Invalid, NotFound
from lms.policy import authorize
from lms.resources.courses import course_of
from lms.resources.resource import Field, Resource
from lms.results import Outcome, Result


class EnrollmentAttrs(Attrs):
    """Who, in which course."""

    course_id: int
    user_id: int


class ResultAttrs(Attrs):
    """What an enrolled person achieved on a subject; the best outcome counts, so a worse one changes nothing."""

    subject_id: int
    user_id: int
    passed: bool
    score: Annotated[int, Ge(0), Le(100)] | None = None
    seconds: Annotated[int, Ge(0), Le(10_000_000)] | None = None


def _person(id: int, actor: Any) -> User:
    try:
        return find(User, id, actor.organization_id)
    except NotFound:
        raise Invalid("user_id", "There is no such person.") from None


def _enroll(attrs: EnrollmentAttrs, actor: Any) -> Enrollment:
    course, user = course_of(attrs.course_id, actor), _person(attrs.user_id, actor)
    new = courses.enroll(course, [user.id], actor)
    if not new:
        raise Conflict("This person is in the course already.")
    return new[0]


def _record(attrs: ResultAttrs, actor: Any) -> Result:
    authorize(actor, "record", "Result")
    user = _person(attrs.user_id, actor)
    try:
        subject = find(Subject, attrs.subject_id, actor.organization_id)
    except NotFound:
        raise Invalid("subject_id", "There is no such subject.") from None
    enrollment = courses.enrollment_of(user, subject.course)
    if enrollment is None:
        raise Conflict("This person is not in the course. Enroll them first.")
    outcome = Outcome(attrs.passed, attrs.score, attrs.seconds)
    return results.record(enrollment, subject, outcome, "api", actor)


def _of_people(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Enrollment.user_id).join(Course, Course.id == Enrollment.course_id)


def _of_results(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(User, User.id == Result.user_id)
        .join(Course, Course.id == Result.course_id)
        .join(Subject, Subject.id == Result.subject_id)
    )


WHO = (
    Field("user_id", User.id, "integer", filter=True),
    Field("name", User.name),
    Field("email", User.email, filter=True),
    Field("external_id", User.external_id, nullable=True, filter=True),
    Field("personnel_number", User.personnel_number, nullable=True, filter=True),
)

ENROLLMENTS = Resource(
    name="enrollments",
    one="enrollment",
    scope="learning",
    model=Enrollment,
    view=("view", "Enrollment"),
    joins=_of_people,
    fields=(
        Field("id", Enrollment.id, "integer"),
        Field("course_id", Enrollment.course_id, "integer", filter=True),
        Field("course", Course.title),
        *WHO,
        Field("completed_at", Enrollment.completed_at, "date-time", nullable=True),
        Field("created_at", Enrollment.created_at, "date-time"),
        Field("updated_at", Enrollment.updated_at, "date-time"),
    ),
    attrs=EnrollmentAttrs,
    create=_enroll,
    delete=courses.unenroll,
)

RESULTS = Resource(
    name="results",
    one="result",
    scope="learning",
    model=Result,
    view=("view", "Enrollment"),
    joins=_of_results,
    fields=(
        Field("id", Result.id, "integer"),
        Field("course_id", Result.course_id, "integer", filter=True),
        Field("course", Course.title),
        Field("subject_id", Result.subject_id, "integer", filter=True),
        Field("subject", Subject.title),
        Field("enrollment_id", Result.enrollment_id, "integer", filter=True),
        *WHO,
        Field("passed", Result.passed, "boolean", filter=True),
        Field("score", Result.score, "integer", nullable=True, about="a percentage"),
        Field("seconds", Result.seconds, "integer", nullable=True),
        Field("version", Result.version, "integer", nullable=True),
        Field("source", Result.source, filter=True),
        Field("finished_at", Result.finished_at, "date-time"),
        Field("created_at", Result.created_at, "date-time"),
        Field("updated_at", Result.updated_at, "date-time"),
    ),
    attrs=ResultAttrs,
    create=_record,
)

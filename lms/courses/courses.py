"""Making, publishing, archiving and finding courses."""

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import selectinload

from lms.accounts import User
from lms.attrs import Attrs, Html, Name, Summary
from lms.content import PAGES
from lms.courses.models import ARCHIVED, DRAFT, PUBLISHED, Course, Enrollment, Subject
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, NotFound
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize, may


class CourseAttrs(Attrs):
    """What an author fills in about a course."""

    title: Name
    summary: Summary = ""
    description: Html = ""
    self_enrollment: bool = False


def create_course(attrs: CourseAttrs, actor: User) -> Course:
    """A new course: a draft, which only authors and administrators see."""
    authorize(actor, "edit", "Course")
    course = Course(organization_id=actor.organization_id, **attrs.model_dump())
    with transaction() as session:
        session.add(course)
        EventCenter.broadcast("created", course, actor)
    return course


def find_course(id: int | str, actor: User) -> Course:
    """The course, if the actor may see it: a draft is shown to authors only. Raises NotFound."""
    course = find(Course, id, actor.organization_id)
    if course.status == DRAFT and not may(actor, "view_draft", course):
        raise NotFound("There is no such course, or it was deleted.")
    return course


def update_course(course: Course, attrs: CourseAttrs, actor: User) -> Course:
    """Change title, texts or self-enrollment."""
    authorize(actor, "edit", course)
    with transaction():
        previous = snapshot(course)
        for name, value in attrs.model_dump().items():
            setattr(course, name, value)
        EventCenter.broadcast("updated", previous, course, actor)
    return course


def publish_course(course: Course, actor: User) -> Course:
    """Open a draft to those enrolled; raises Conflict while it has no subject, or one whose content is a draft."""
    if not course.subjects:
        raise Conflict("Add a subject first: there is nothing to learn in this course yet.")
    for subject in with_subjects(course):
        if subject.content and subject.content.kind == PAGES and subject.content.version is None:
            raise Conflict(f"Publish the content of “{subject.title}” first: learners get published versions only.")
    return _set_status(course, DRAFT, PUBLISHED, actor)


def archive_course(course: Course, actor: User) -> Course:
    """Close a published course: nobody enrolls or learns any more, results stay."""
    return _set_status(course, PUBLISHED, ARCHIVED, actor)


def reopen_course(course: Course, actor: User) -> Course:
    """Make an archived course a draft again."""
    return _set_status(course, ARCHIVED, DRAFT, actor)


def _set_status(course: Course, expected: str, status: str, actor: User) -> Course:
    authorize(actor, "edit", course)
    with transaction() as session:
        session.refresh(course, with_for_update=True)
        if course.status != expected:
            raise Conflict("Somebody else has changed this course meanwhile. Reload the page.")
        previous = snapshot(course)
        course.status = status
        if status == PUBLISHED:
            course.published_at = utcnow()
        EventCenter.broadcast("updated", previous, course, actor)
    return course


def delete_course(course: Course, actor: User) -> None:
    """Remove a course with its subjects; raises Conflict once somebody is enrolled: archive it then."""
    authorize(actor, "edit", course)
    with transaction() as session:
        if session.scalar(select(Enrollment.id).where(Enrollment.course_id == course.id).limit(1)):
            raise Conflict("People are enrolled in this course. Archive it instead, so that their results stay.")
        for subject in course.subjects:
            EventCenter.broadcast("deleted", subject, actor)
        EventCenter.broadcast("deleted", course, actor)
        session.delete(course)


SORTS = {"title": Course.title, "status": Course.status, "updated": Course.updated_at}


def courses_page(
    actor: User, q: str = "", sort: str = "title", number: int = 1, size: int = 25, *, status: str = ""
) -> Page[Course]:
    """Courses the actor may see, by title or summary; two statements."""
    statement = select(Course).where(Course.organization_id == actor.organization_id)
    if not may(actor, "view_draft", "Course"):
        statement = statement.where(Course.status == PUBLISHED)
    if status:
        statement = statement.where(Course.status == status)
    if q:
        statement = statement.where(
            Course.title.icontains(q, autoescape=True) | Course.summary.icontains(q, autoescape=True)
        )
    column = SORTS.get(sort.lstrip("-"), Course.title)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Course.id), number, size)


def counts(ids: list[int]) -> dict[int, tuple[int, int]]:
    """Number of subjects and of enrolled people per course; two statements."""
    subjects = _count_by_course(Subject, ids)
    people = _count_by_course(Enrollment, ids)
    return {id: (subjects.get(id, 0), people.get(id, 0)) for id in ids}


def _count_by_course(model: type[Subject] | type[Enrollment], ids: list[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(model.course_id, func.count(distinct(Enrollment.user_id) if model is Enrollment else Subject.id))
        .where(model.course_id.in_(ids))
        .group_by(model.course_id)
    )
    return {course_id: number for course_id, number in rows}


def with_subjects(course: Course) -> list[Subject]:
    """The course's subjects in order, with their contents and events; at most three statements."""
    return list(
        db.session.scalars(
            select(Subject)
            .where(Subject.course_id == course.id)
            .order_by(Subject.position, Subject.id)
            .options(selectinload(Subject.content), selectinload(Subject.event))
        )
    )

"""The steps of a course."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms import classroom
from lms.accounts import User
from lms.attrs import Attrs, Name, OptionalId
from lms.classroom import Event, EventAttrs, SessionAttrs
from lms.content import Content
from lms.courses.models import ARCHIVED, PUBLISHED, Course, Subject
from lms.db import db, find, snapshot, transaction
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize


class SubjectAttrs(Attrs):
    """A subject points to a content or to an event, never to both."""

    title: Name
    content_id: OptionalId = None
    event_id: OptionalId = None


def add_subject(course: Course, attrs: SubjectAttrs, actor: User) -> Subject:
    """Append a subject to `course`; enrolled users hear of it through the notifications subscriber.

    Raises NotAllowed if `actor` may not edit the course, Invalid if the content or event belongs to another
    organization or both or neither are given.
    """
    authorize(actor, "edit", course)
    if course.status == ARCHIVED:
        raise Conflict("This course is archived. Reopen it before you change it.")
    _check_target(course, attrs)
    with transaction() as session:
        session.execute(select(Course.id).where(Course.id == course.id).with_for_update())
        last = session.scalar(select(func.max(Subject.position)).where(Subject.course_id == course.id)) or 0
        subject = Subject(
            organization_id=course.organization_id, course=course, position=last + 1, **attrs.model_dump()
        )
        session.add(subject)
        EventCenter.broadcast("created", subject, actor)
    return subject


def create_event_as_subject(
    course: Course, attrs: EventAttrs, actor: User, sessions: Sequence[SessionAttrs] = ()
) -> tuple[Event, Subject]:
    """A new event (see `classroom.create_event`) and the subject that points to it: together or neither."""
    with transaction():
        event = classroom.create_event(attrs, actor, sessions)
        subject = add_subject(course, SubjectAttrs(title=event.title, event_id=event.id), actor)
    return event, subject


def update_subject(subject: Subject, attrs: SubjectAttrs, actor: User) -> Subject:
    """Rename a subject, or point it elsewhere."""
    authorize(actor, "edit", subject.course)
    _check_target(subject.course, attrs)
    with transaction():
        previous = snapshot(subject)
        for name, value in attrs.model_dump().items():
            setattr(subject, name, value)
        EventCenter.broadcast("updated", previous, subject, actor)
    return subject


def order_subjects(course: Course, ids: Sequence[int], actor: User) -> None:
    """Put the subjects in the order of `ids`; raises Invalid unless these are all the subjects."""
    authorize(actor, "edit", course)
    with transaction() as session:
        session.execute(select(Course.id).where(Course.id == course.id).with_for_update())
        subjects = {row.id: row for row in session.scalars(select(Subject).where(Subject.course_id == course.id))}
        if sorted(ids) != sorted(subjects):
            raise Invalid("order", "The subjects have changed meanwhile. Reload the page and try again.")
        for position, id in enumerate(ids, start=1):
            subject = subjects[id]
            if subject.position != position:
                previous = snapshot(subject)
                subject.position = position
                EventCenter.broadcast("updated", previous, subject, actor)
    db.session.expire(course, ["subjects"])


def delete_subject(subject: Subject, actor: User) -> None:
    """Take a subject out of its course; its content or event stays. The others close up.

    Raises Conflict once people have results on it.
    """
    course = subject.course
    authorize(actor, "edit", course)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", subject, actor)
            course.subjects.remove(subject)
            session.flush()
            for position, other in enumerate(course.subjects, start=1):
                other.position = position
    except IntegrityError:
        raise Conflict("People have results on this subject; it stays on record.") from None


def _check_target(course: Course, attrs: SubjectAttrs) -> None:
    if (attrs.content_id is None) == (attrs.event_id is None):
        raise Invalid("content_id", "Choose a content or an event.")
    for field, model, id in (("content_id", Content, attrs.content_id), ("event_id", Event, attrs.event_id)):
        try:
            target = find(model, id, course.organization_id) if id is not None else None
        except NotFound:
            raise Invalid(field, "Choose one from the list.") from None
        if course.status == PUBLISHED and isinstance(target, Content) and not target.is_learnable:
            raise Invalid(field, "Publish this content first: learners get published versions only.")

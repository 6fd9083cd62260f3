"""Courses and what they are made of."""

from typing import Any

from lms import classroom, content, courses
from lms.classroom import Event, EventAttrs
from lms.content import Content, ContentAttrs
from lms.courses import Course, CourseAttrs, Subject, SubjectAttrs
from lms.db import find
from lms.errors import Invalid, NotFound
from lms.resources.resource import Field, Resource


class NewSubject(SubjectAttrs):
    """A subject and the course it is added to."""

    course_id: int


def course_of(id: int, actor: Any) -> Course:
    """The course a body names; raises Invalid beside `course_id` where there is none."""
    try:
        return find(Course, id, actor.organization_id)
    except NotFound:
        raise Invalid("course_id", "There is no such course.") from None


def _add_subject(attrs: NewSubject, actor: Any) -> Subject:
    course = course_of(attrs.course_id, actor)
    return courses.add_subject(course, SubjectAttrs(**attrs.model_dump(exclude={"course_id"})), actor)


COURSES = Resource(
    name="courses",
    one="course",
    scope="courses",
    model=Course,
    view=("view_draft", "Course"),
    fields=(
        Field("id", Course.id, "integer"),
        Field("title", Course.title, filter=True),
        Field("summary", Course.summary),
        Field("description", Course.description, about="HTML"),
        Field("status", Course.status, filter=True, about="draft, published or archived"),
        Field("self_enrollment", Course.self_enrollment, "boolean"),
        Field("published_at", Course.published_at, "date-time", nullable=True),
        Field("created_at", Course.created_at, "date-time"),
        Field("updated_at", Course.updated_at, "date-time"),
    ),
    attrs=CourseAttrs,
    create=courses.create_course,
    update=courses.update_course,
    delete=courses.delete_course,
    actions={"publish": courses.publish_course, "archive": courses.archive_course, "reopen": courses.reopen_course},
)

SUBJECTS = Resource(
    name="subjects",
    one="subject",
    scope="courses",
    model=Subject,
    view=("view_draft", "Course"),
    fields=(
        Field("id", Subject.id, "integer"),
        Field("course_id", Subject.course_id, "integer", filter=True),
        Field("position", Subject.position, "integer"),
        Field("title", Subject.title),
        Field("content_id", Subject.content_id, "integer", nullable=True, filter=True),
        Field("event_id", Subject.event_id, "integer", nullable=True, filter=True),
        Field("created_at", Subject.created_at, "date-time"),
        Field("updated_at", Subject.updated_at, "date-time"),
    ),
    attrs=NewSubject,
    changes=SubjectAttrs,
    create=_add_subject,
    update=courses.update_subject,
    delete=courses.delete_subject,
)

CONTENTS = Resource(
    name="contents",
    one="content",
    scope="courses",
    model=Content,
    view=("view", "Content"),
    fields=(
        Field("id", Content.id, "integer"),
        Field("title", Content.title, filter=True),
        Field("summary", Content.summary),
        Field("created_at", Content.created_at, "date-time"),
        Field("updated_at", Content.updated_at, "date-time"),
    ),
    attrs=ContentAttrs,
    create=content.create_content,
    update=content.update_content,
    delete=content.delete_content,
)

EVENTS = Resource(
    name="events",
    one="event",
    scope="courses",
    model=Event,
    view=("view", "Event"),
    fields=(
        Field("id", Event.id, "integer"),
        Field("title", Event.title, filter=True),
        Field("location", Event.location),
        Field("description", Event.description, about="HTML"),
        Field("starts_at", Event.starts_at, "date-time"),
        Field("ends_at", Event.ends_at, "date-time"),
        Field("created_at", Event.created_at, "date-time"),
        Field("updated_at", Event.updated_at, "date-time"),
    ),
    attrs=EventAttrs,
    create=classroom.create_event,
    update=classroom.update_event,
    delete=classroom.delete_event,
)

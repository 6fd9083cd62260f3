"""Subjects for courses that came from elsewhere: results need something to be on."""

from typing import Any

from sqlalchemy import func, select

from lms import content, courses
from lms.content import ContentAttrs, PageAttrs, new_id
from lms.courses import DRAFT, Course, Subject, SubjectAttrs
from lms.db import db, transaction

TEXT = "<p>This subject came in with its results. Put what is to be learned here.</p>"


def give_subjects(titles: dict[str, list[str]], actor: Any) -> None:
    """Give each draft without subjects those of its line items, and publish it; other courses stay as they are.

    A course is done in one transaction, so that one who was killed in between begins where nothing was done.
    """
    for title, subjects in titles.items():
        with transaction() as session:
            found = session.scalars(
                select(Course)
                .where(Course.organization_id == actor.organization_id, func.lower(Course.title) == title.lower())
                .with_for_update()
            ).all()
            if len(found) != 1 or found[0].status != DRAFT or _has_subjects(found[0]):
                continue
            for name in subjects:
                courses.add_subject(found[0], SubjectAttrs(title=name, content_id=_placeholder(name, actor)), actor)
            session.expire(found[0], ["subjects"])
            courses.publish_course(found[0], actor)


def _has_subjects(course: Course) -> bool:
    return db.session.scalar(select(Subject.id).where(Subject.course_id == course.id).limit(1)) is not None


def _placeholder(title: str, actor: Any) -> int:
    row = content.create_content(ContentAttrs(title=title), actor)
    content.add_page(row, PageAttrs(title=title, blocks=[{"id": new_id(), "kind": "text", "html": TEXT}]), actor)
    content.publish_content(row, actor)
    return row.id

"""Those who make changes: each adds subjects to a course of its own until there are enough.

`python -m chaos.load prepare` makes tables, an author, and per writer a course with a person who gets a mail for each
subject. `python -m chaos.load WRITER NUMBER` writes through the context; the writer `page` sends the form of the page
to the web server, at `PORT`. A writer may be killed at any moment and started again; what counts is what was committed.
"""

import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPException

from flask_migrate import upgrade
from flask_security import hash_password
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from bench.visitor import RefusedError, Visitor
from lms import broker, courses, create_app
from lms.accounts import User
from lms.courses import Course, Subject, SubjectAttrs
from lms.db import db, utcnow
from lms.events import Change
from tests import factories

WRITERS = {"first": 0.45, "second": 0.45, "page": 0.1}
"""What part of the changes each makes; the page is slowest to come back."""
PAGE = "page"
TITLE = "Chaos"
PASSWORD = "chaos and chaos"  # noqa: S105 - of a person who lives for minutes
PAUSE = 0.02
"""Seconds between two changes."""
REST = 0.3
"""Seconds after the database or the web server did not answer."""


def prepare() -> None:
    """Tables and rows; what was broadcast on the way counts as dealt with."""
    upgrade()
    organization = factories.organization()
    author = factories.user(organization, "Arthur Author", "author")
    author.password = hash_password(PASSWORD)
    for writer in WRITERS:
        course = factories.open_course(author, subjects=1)
        course.title = writer
        courses.enroll(course, [factories.user(organization).id], author)
    db.session.execute(update(Change).values(settled_at=utcnow()))
    db.session.commit()


def write(writer: str, number: int) -> None:
    """Go on until so many have been committed."""
    add: Callable[[Course, Subject], None] | None = None
    while True:
        try:
            course = db.session.scalars(select(Course).where(Course.title == writer)).one()
            of_course = Subject.course_id == course.id
            model = db.session.scalars(select(Subject).where(of_course).order_by(Subject.position).limit(1)).one()
            made = db.session.scalar(select(func.count()).where(of_course, Subject.title == TITLE)) or 0
            add = add or (by_page() if writer == PAGE else by_context())
            for _ in range(number - made):
                add(course, model)
                time.sleep(PAUSE)
            if made >= number:
                return
        except (DBAPIError, OSError, HTTPException, RefusedError):
            db.session.rollback()
            add = None
            time.sleep(REST)


def by_context() -> Callable[[Course, Subject], None]:
    """Adds as a command or a job would."""
    author = db.session.scalars(select(User).where(User.name == "Arthur Author")).one()
    return lambda course, model: _add(course, model, author)


def _add(course: Course, model: Subject, author: User) -> None:
    courses.add_subject(course, SubjectAttrs(title=TITLE, content_id=model.content_id), author)


def by_page() -> Callable[[Course, Subject], None]:
    """Adds as a person does; signs in first."""
    email = db.session.scalars(select(User.email).where(User.name == "Arthur Author")).one()
    visitor = Visitor(int(os.environ["PORT"]), email, PASSWORD)
    return lambda course, model: _send(visitor, course.id, model.content_id or 0)


def _send(visitor: Visitor, course_id: int, content_id: int) -> None:
    visitor.add_subject(course_id, content_id, title=TITLE)


def parts(number: int) -> dict[str, int]:
    """How many of so many changes each writer makes."""
    shares = {writer: int(number * part) for writer, part in WRITERS.items()}
    return shares | {PAGE: shares[PAGE] + number - sum(shares.values())}


def main() -> None:
    """Prepare, or make changes."""
    what, *number = sys.argv[1:]
    with create_app().app_context():
        if number:
            write(what, int(number[0]))
            broker.flush()
        else:
            prepare()


if __name__ == "__main__":
    main()

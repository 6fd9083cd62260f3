"""The one who makes changes: adds subjects to a course until there are enough. `python -m chaos.load NUMBER`.

`NUMBER` 0 only prepares: tables, an author, a course, and a person who gets a mail for each subject.
It may be killed at any moment and be started again; what counts is what was committed.
"""

import sys
import time

from flask_migrate import upgrade
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from lms import broker, courses, create_app
from lms.accounts import User
from lms.courses import Course, Subject, SubjectAttrs
from lms.db import db, utcnow
from lms.events import Change
from tests import factories

TITLE = "Chaos"
PAUSE = 0.05
"""Seconds between two changes."""
REST = 0.3
"""Seconds after the database did not answer."""


def prepare() -> None:
    """Tables and rows; what was broadcast on the way counts as dealt with."""
    upgrade()
    organization = factories.organization()
    author = factories.user(organization, "Arthur Author", "author")
    course = factories.open_course(author, subjects=1)
    courses.enroll(course, [factories.user(organization).id], author)
    db.session.execute(update(Change).values(settled_at=utcnow()))
    db.session.commit()


def add_subjects(number: int) -> None:
    """Go on until so many have been committed."""
    while True:
        try:
            made = db.session.scalar(select(func.count()).where(Subject.title == TITLE)) or 0
            if made >= number:
                return
            course = db.session.scalars(select(Course)).one()
            author = db.session.scalars(select(User).where(User.name == "Arthur Author")).one()
            content_id = db.session.scalar(select(Subject.content_id).limit(1))
            for _ in range(number - made):
                courses.add_subject(course, SubjectAttrs(title=TITLE, content_id=content_id), author)
                time.sleep(PAUSE)
        except DBAPIError:
            db.session.rollback()
            time.sleep(REST)


def main() -> None:
    """Prepare, or make changes."""
    number = int(sys.argv[1])
    with create_app().app_context():
        if number:
            add_subjects(number)
            broker.flush()
        else:
            prepare()


if __name__ == "__main__":
    main()

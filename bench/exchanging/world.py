"""An organization with a course of many subjects and thousands of people in it, and a file of their results."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.exchanging import BY_ORM, PEOPLE, SUBJECTS
from lms.accounts import User
from lms.content import Content
from lms.courses import Course, Enrollment, Subject
from lms.db import db, utcnow
from tests import factories


def populate() -> tuple[User, Course]:
    """An administrator, and the course; people are hr-0, hr-1 and so on, and spare-0 and so on for the sample."""
    organization = factories.organization()
    admin = factories.user(organization, "Ada Admin", "admin", "author")
    mine = {"organization_id": organization.id}
    content = Content(title="Text", **mine)
    course = Course(title="Fire safety", status="published", published_at=utcnow(), **mine)
    db.session.add_all([content, course])
    db.session.flush()
    db.session.add_all(
        [Subject(course_id=course.id, position=n, title=f"Subject {n}", content_id=content.id, **mine)
         for n in range(1, SUBJECTS + 1)]
    )  # fmt: skip
    names = [f"hr-{n}" for n in range(PEOPLE)] + [f"spare-{n}" for n in range(-(-BY_ORM // SUBJECTS))]
    made: list[dict[str, Any]] = [
        {"name": f"Person {name}", "email": f"{name}@bench.example", "external_id": name, **mine} for name in names
    ]
    db.session.execute(insert(User), made)
    ids = db.session.scalars(select(User.id).where(User.external_id.is_not(None))).all()
    db.session.execute(insert(Enrollment), [{"user_id": id, "course_id": course.id, **mine} for id in ids])
    db.session.commit()
    return admin, course


def write_file(path: Path) -> None:
    """One row for every person and subject."""
    day = utcnow() - timedelta(days=400)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["external_id", "course", "subject", "passed", "score", "finished_at"])
        for subject in range(1, SUBJECTS + 1):
            for person in range(PEOPLE):
                moment = day + timedelta(minutes=person)
                writer.writerow(
                    [f"hr-{person}", "Fire safety", f"Subject {subject}", "yes", 60 + (person + subject) % 40,
                     moment.isoformat(timespec="seconds")]
                )  # fmt: skip

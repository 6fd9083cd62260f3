"""An organization's people, courses and results as a zip of OneRoster 1.2, streamed from the database."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from lms.accounts import Department, Organization, User
from lms.courses import DRAFT, Course, Enrollment, Subject, is_latest
from lms.db import db, utcnow
from lms.policy import Person, authorize
from lms.results import Result
from lms.transfer.oneroster.tables import ABSENT, HEADERS, MANIFEST, ROLES, VERSION

AT_ONCE = 2000
SESSION, CATEGORY = "session", "category"
NO_NAME = "-"
"""Stands where the standard wants a name and there is none."""
Row = dict[str, Any]


def write_zip(actor: Person, path: Path) -> int:
    """Write it; returns the number of rows in all files. Drafts are left out, and rounds but the latest."""
    for what in (("view", "Export"), ("view", "User"), ("view_draft", "Course"), ("view", "Enrollment")):
        authorize(actor, *what)
    writer = _Writer(actor.organization_id)
    total = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns in {"manifest": MANIFEST, **HEADERS}.items():
            rows: Iterable[Row] = writer.manifest() if name == "manifest" else getattr(writer, _snake(name))()
            with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
                total += _write(io.TextIOWrapper(file, "utf-8", newline=""), columns, rows)
    return total


def _snake(name: str) -> str:
    return {"academicSessions": "academic_sessions", "lineItems": "line_items"}.get(name, name)


def _write(text: io.TextIOWrapper, columns: tuple[str, ...], rows: Iterable[Row]) -> int:
    sheet = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    sheet.writeheader()
    number = 0
    for row in rows:
        sheet.writerow(row)
        number += 1
    text.flush()
    text.detach()
    return number


class _Writer:
    """The rows of each file."""

    def __init__(self, organization_id: int) -> None:
        self.owner = db.session.get_one(Organization, organization_id)
        self.zone = ZoneInfo(self.owner.timezone)
        self.school = f"org-{organization_id}"
        now = utcnow().astimezone(self.zone)
        self.begins, self.ends = self.owner.created_at.astimezone(self.zone).year, now.year + 1
        self.last_day = f"{self.ends}-01-01"

    def day(self, moment: datetime) -> str:
        """The day it is where the organization is."""
        return moment.astimezone(self.zone).date().isoformat()

    def manifest(self) -> Iterator[Row]:
        """What is in the zip; all of it, so a reader may take what is missing as gone."""
        properties = {
            "manifest.version": "1.0", "oneroster.version": VERSION,
            **{f"file.{name}": "absent" if name in ABSENT else "bulk" for name in sorted([*ABSENT, *HEADERS])},
            "source.systemName": "LMS", "source.systemCode": self.owner.slug,
        }  # fmt: skip
        for name, value in properties.items():
            yield {"propertyName": name, "value": value}

    def academic_sessions(self) -> Iterator[Row]:
        """One: an employer has no school years, and the standard wants a session for everything."""
        yield {
            "sourcedId": SESSION, "title": "All years", "type": "schoolYear", "startDate": f"{self.begins}-01-01",
            "endDate": self.last_day, "schoolYear": str(self.ends),
        }  # fmt: skip

    def orgs(self) -> Iterator[Row]:
        """The organization, as the school that the standard wants, then its departments, each after its parent."""
        yield {"sourcedId": self.school, "name": self.owner.name, "type": "school", "identifier": self.owner.slug}
        for id, name, parent_id in self.rows(
            select(Department.id, Department.name, Department.parent_id).where(
                Department.organization_id == self.owner.id
            )
        ):
            parent = f"department-{parent_id}" if parent_id else self.school
            yield {
                "sourcedId": f"department-{id}",
                "name": name,
                "type": "department",
                "parentSourcedId": parent,
            }

    def users(self) -> Iterator[Row]:
        """People, with and without a place in a department."""
        for user in self.people():
            given, _space, family = user.name.partition(" ")
            yield {
                "sourcedId": sourced_id(user), "enabledUser": yes_or_no(user.active), "username": user.email,
                "givenName": given, "familyName": family.strip() or NO_NAME, "email": user.email,
                "identifier": user.personnel_number or "", "primaryOrgSourcedId": self.place(user),
            }  # fmt: skip

    def roles(self) -> Iterator[Row]:
        """Roles of people; the first is their primary one."""
        for user in self.people():
            for place, role in enumerate(user.roles):
                yield {
                    "sourcedId": f"role-{user.id}-{role}", "userSourcedId": sourced_id(user),
                    "roleType": "secondary" if place else "primary", "role": ROLES[role],
                    "orgSourcedId": self.place(user),
                }  # fmt: skip

    def people(self) -> Iterator[Any]:
        """Their columns."""
        columns = (
            User.id, User.external_id, User.personnel_number, User.name, User.email, User.roles, User.active,
            User.department_id,
        )  # fmt: skip
        return self.rows(select(*columns).where(User.organization_id == self.owner.id).order_by(User.id))

    def place(self, user: Any) -> str:
        """The department, or the organization itself."""
        return f"department-{user.department_id}" if user.department_id else self.school

    def of_courses(self, *columns: Any) -> Select[Any]:
        """Rows that belong to courses which were published once."""
        mine = select(*columns).select_from(Course)
        return mine.where(Course.organization_id == self.owner.id, Course.status != DRAFT)

    def courses(self) -> Iterator[Row]:
        """Courses."""
        for id, title in self.rows(self.of_courses(Course.id, Course.title).order_by(Course.id)):
            yield {
                "sourcedId": f"course-{id}", "title": title, "schoolYearSourcedId": SESSION,
                "orgSourcedId": self.school,
            }  # fmt: skip

    def classes(self) -> Iterator[Row]:
        """One of each course: whoever is in the course is in it."""
        for id, title in self.rows(self.of_courses(Course.id, Course.title).order_by(Course.id)):
            yield {
                "sourcedId": f"class-{id}", "title": title, "courseSourcedId": f"course-{id}",
                "classType": "scheduled", "schoolSourcedId": self.school, "termSourcedIds": SESSION,
            }  # fmt: skip

    def enrollments(self) -> Iterator[Row]:
        """Who is in which course, in the latest round."""
        statement = (
            self.of_courses(Enrollment.id, Enrollment.course_id, Enrollment.created_at, User.id.label("user_id"),
                            User.external_id)
            .join(Enrollment, Enrollment.course_id == Course.id)
            .join(User, User.id == Enrollment.user_id)
            .where(is_latest())
            .order_by(Enrollment.id)
        )  # fmt: skip
        for id, course_id, created_at, user_id, external_id in self.rows(statement):
            yield {
                "sourcedId": f"enrollment-{id}", "classSourcedId": f"class-{course_id}",
                "schoolSourcedId": self.school, "userSourcedId": external_id or f"user-{user_id}",
                "role": "student", "beginDate": self.day(created_at),
            }  # fmt: skip

    def categories(self) -> Iterator[Row]:
        """One, because every line item has one."""
        yield {"sourcedId": CATEGORY, "title": "Subjects"}

    def line_items(self) -> Iterator[Row]:
        """The subjects of courses."""
        columns = (Subject.id, Subject.title, Subject.created_at, Course.id)
        statement = self.of_courses(*columns).join(Subject, Subject.course_id == Course.id)
        for id, title, created_at, course_id in self.rows(statement.order_by(Course.id, Subject.position, Subject.id)):
            yield {
                "sourcedId": f"subject-{id}", "title": title, "assignDate": self.day(created_at),
                "dueDate": self.last_day, "classSourcedId": f"class-{course_id}", "categorySourcedId": CATEGORY,
                "academicSessionSourcedId": SESSION, "resultValueMin": "0.0", "resultValueMax": "100.0",
                "schoolSourcedId": self.school,
            }  # fmt: skip

    def results(self) -> Iterator[Row]:
        """Results; whether somebody passed stands as words, because a score does not say."""
        columns = (Result.id, Result.subject_id, Result.course_id, Result.passed, Result.score, Result.finished_at,
                   User.id.label("user_id"), User.external_id)  # fmt: skip
        statement = (
            self.of_courses(*columns)
            .join(Result, Result.course_id == Course.id)
            .join(Enrollment, Enrollment.id == Result.enrollment_id)
            .join(User, User.id == Result.user_id)
            .where(is_latest())
            .order_by(Result.id)
        )
        for row in self.rows(statement):
            yield {
                "sourcedId": f"result-{row.id}", "lineItemSourcedId": f"subject-{row.subject_id}",
                "studentSourcedId": row.external_id or f"user-{row.user_id}", "scoreStatus": "fully graded",
                "score": "" if row.score is None else f"{row.score}.0", "scoreDate": self.day(row.finished_at),
                "textScore": "passed" if row.passed else "failed", "classSourcedId": f"class-{row.course_id}",
                "inProgress": "false", "incomplete": yes_or_no(not row.passed), "late": "false", "missing": "false",
            }  # fmt: skip

    def rows(self, statement: Any) -> Iterator[Any]:
        """From a cursor of the server."""
        for some in db.session.execute(statement.execution_options(yield_per=AT_ONCE)).partitions():
            yield from some


def sourced_id(user: Any) -> str:
    """What other systems know the person by; where there is nothing, our own id."""
    return user.external_id or f"user-{user.id}"


def yes_or_no(value: bool) -> str:
    """As the standard writes it."""
    return "true" if value else "false"

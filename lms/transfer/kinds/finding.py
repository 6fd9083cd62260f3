"""Finding what rows speak of: people by id, number or address, courses and subjects by title."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from lms.accounts import Department, User
from lms.courses import Course, Subject
from lms.db import db
from lms.transfer import values
from lms.transfer.kinds.kind import Column, Line, Run

WHO = (
    Column("external_id", _("Id in another system"), values.identifier,
           ("id", "externalid", "sourcedid", "extern id", "employee id", "medewerker id")),
    Column("personnel_number", _("Personnel number"), values.identifier,
           ("personeelsnummer", "employee number", "staff number", "number", "nummer", "medewerkernummer")),
    Column("email", _("Email address"), values.email,
           ("mail", "e-mail", "e-mailadres", "emailadres", "mail address", "email address", "address", "user")),
)  # fmt: skip
"""The columns that say who."""
BY = {"external_id": "id", "personnel_number": "personnel number", "email": "address"}


def find_people(lines: Sequence[Line], run: Run) -> dict[int, int]:
    """Ids of the people that the lines name, by line number; refuses a line that names nobody, or two."""
    found: dict[str, dict[str, int]] = {}
    for name in BY:
        wanted = {line.values[name] for line in lines if name in line.values}
        column: Any = getattr(User, name)
        found[name] = dict(
            db.session.execute(
                select(column, User.id).where(User.organization_id == run.organization_id, column.in_(wanted))
            ).all()
        ) if wanted else {}  # fmt: skip
    people: dict[int, int] = {}
    for line in lines:
        named = {name: found[name].get(line.values[name]) for name in BY if name in line.values}
        ids = {id for id in named.values() if id is not None}
        if len(ids) > 1:
            line.refuse(f"{' and '.join(BY[name] for name, id in named.items() if id)} belong to different people.")
        elif not ids:
            line.refuse(f"Nobody here has the {' or the '.join(f'{BY[name]} {line.values[name]}' for name in named)}."
                        if named else "It does not say who: fill in an id, a number or an address.")  # fmt: skip
        else:
            people[line.number] = ids.pop()
    return people


def find_courses(lines: Sequence[Line], run: Run) -> dict[int, Any]:
    """Rows of id, title and status of the courses the lines name, by line number; refuses a line that names none."""
    known: dict[str, list[Any]] = run.memory.setdefault("courses", {})
    if not known:
        for row in db.session.execute(
            select(Course.id, Course.title, Course.status).where(Course.organization_id == run.organization_id)
        ):
            known.setdefault(row.title.casefold(), []).append(row)
    courses: dict[int, Any] = {}
    for line in lines:
        title = line.values["course"]
        match known.get(title.casefold(), []):
            case [row]:
                courses[line.number] = row
            case []:
                line.refuse(f"There is no course “{title}”.")
            case _several:
                line.refuse(f"Several courses are called “{title}”. Give each a title of its own first.")
    return courses


def find_subject(course: Any, line: Line, run: Run) -> int | None:
    """Id of the subject the line names, by title or place in the course; refuses a line that names none.

    A course of one subject needs no name for it.
    """
    known: dict[int, dict[str, list[int]]] = run.memory.setdefault("subjects", {})
    if course.id not in known:
        by_name: dict[str, list[int]] = {}
        rows = db.session.execute(
            select(Subject.id, Subject.title)
            .where(Subject.course_id == course.id)
            .order_by(Subject.position, Subject.id)
        ).all()
        for place, (id, title) in enumerate(rows, start=1):
            by_name.setdefault(title.casefold(), []).append(id)
            by_name.setdefault(f"#{place}", []).append(id)
        known[course.id] = by_name
    name = line.values.get("subject", "")
    ids = known[course.id].get(name.casefold()) if name else known[course.id].get("#1", [])
    if not name and len(known[course.id].get("#2", [])):
        line.refuse(f"“{course.title}” has several subjects: fill in which.")
    elif not ids:
        line.refuse(f"“{course.title}” has no subject “{name}”.")
    elif len(ids) > 1:
        line.refuse(f"“{course.title}” has several subjects “{name}”; name it by its place, such as #2.")
    else:
        return ids[0]
    return None


def departments_by_path(organization_id: int) -> dict[str, list[int]]:
    """Ids of departments by name and by path, such as `care > ward 3`, in lower case."""
    return paths_of(organization_id)[0]


def paths_of(organization_id: int) -> tuple[dict[str, list[int]], dict[int, str]]:
    """Ids by name and by path, and the path of each id."""
    from_table = db.session.execute(
        select(Department.id, Department.name, Department.parent_id).where(
            Department.organization_id == organization_id
        )
    ).all()
    rows = {row.id: row for row in from_table}
    found: dict[str, list[int]] = {}
    paths: dict[int, str] = {}
    for row in rows.values():
        names, above, steps = [row.name], row.parent_id, 0
        while above in rows and steps < 50:
            names.insert(0, rows[above].name)
            above, steps = rows[above].parent_id, steps + 1
        paths[row.id] = " > ".join(names)
        for name in {row.name.casefold(), paths[row.id].casefold()}:
            found.setdefault(name, []).append(row.id)
    return found, paths

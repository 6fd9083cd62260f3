"""Courses: their titles and texts; they come in as drafts, without subjects."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, select

from lms import courses
from lms.courses import Course
from lms.db import db, snapshot
from lms.events import EventCenter
from lms.transfer import values
from lms.transfer.kinds.kind import Column, Kind, Line, Run

PLAIN = ("summary", "self_enrollment")


def _deal(lines: Sequence[Line], run: Run) -> None:
    titles = {line.values["title"].casefold() for line in lines}
    known: dict[str, list[Course]] = {}
    for course in db.session.scalars(
        select(Course).where(Course.organization_id == run.organization_id, func.lower(Course.title).in_(titles))
    ):
        known.setdefault(course.title.casefold(), []).append(course)
    new: list[Line] = []
    for line in lines:
        title = line.values["title"].casefold()
        is_first = run.is_first(line, title)
        if line.outcome:
            continue
        match known.get(title, []):
            case []:
                new.append(line)
            case [course]:
                _compare(course, line, run, is_first=is_first)
            case _several:
                line.refuse("Several courses have this title. Give each a title of its own first.")
    rows = [{name: value for name, value in line.values.items() if value != ""} for line in new]
    ids: Sequence[int | None] = [None] * len(new) if run.is_trial else courses.create_courses(rows, run.actor)
    for line, id in zip(new, ids, strict=True):
        line.create(id)


def _compare(course: Course, line: Line, run: Run, *, is_first: bool) -> None:
    other = {name: value for name, value in line.values.items() if name in PLAIN and getattr(course, name) != value}
    if not other:
        line.leave(course.id, line.message)
        return
    if not is_first:
        line.refuse(line.message)
        return
    previous = snapshot(course)
    line.change(course.id, {name: previous[name] for name in other})
    if not run.is_trial:
        for name, value in other.items():
            setattr(course, name, value)
        EventCenter.broadcast("updated", previous, course, run.actor)


def _recall(rows: Select[Any]) -> Iterable[tuple[Hashable, int]]:
    touched = rows.subquery()
    joined = select(Course.title, touched.c.number).join(touched, touched.c.object_id == Course.id)
    for title, number in db.session.execute(joined):
        yield title.casefold(), number


COURSES = Kind(
    name="courses",
    label=_("Courses"),
    about=_("Titles and texts of courses. New ones are drafts; add their subjects here."),
    scope="courses",
    model=Course,
    columns=(
        Column("title", _("Title"), values.text, ("titel", "course", "cursus", "name", "naam"), required=True),
        Column("summary", _("Summary"), values.paragraph, ("samenvatting", "description", "omschrijving")),
        Column("self_enrollment", _("Everybody may enroll"), values.yes_or_no, ("open", "zelf inschrijven")),
    ),
    deal=_deal,
    recall=_recall,
)

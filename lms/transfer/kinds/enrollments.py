"""Enrollments: who is in which course."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select

from lms import courses
from lms.accounts import User
from lms.courses import ARCHIVED, Enrollment
from lms.db import db
from lms.transfer import values
from lms.transfer.kinds.finding import WHO, find_courses, find_people
from lms.transfer.kinds.kind import Column, Kind, Line, Run


def _deal(lines: Sequence[Line], run: Run) -> None:
    people = find_people(lines, run)
    found = find_courses(run.open_lines(lines), run)
    pairs = {line.number: (found[line.number].id, people[line.number]) for line in run.open_lines(lines)}
    present = {
        (course_id, user_id): id
        for id, course_id, user_id in db.session.execute(
            select(Enrollment.id, Enrollment.course_id, Enrollment.user_id).where(
                Enrollment.course_id.in_({course for course, _user in pairs.values()}),
                Enrollment.user_id.in_({user for _course, user in pairs.values()}),
            )
        )
    }
    active = set(db.session.scalars(select(User.id).where(User.id.in_(set(people.values())), User.active)))
    new: list[Line] = []
    for line in run.open_lines(lines):
        course_id, user_id = pairs[line.number]
        if (course_id, user_id) in present:
            line.leave(present[course_id, user_id])
        elif found[line.number].status == ARCHIVED:
            line.refuse(f"“{found[line.number].title}” is archived.")
        elif user_id not in active:
            line.refuse("This person is not active.")
        elif run.is_first(line, (course_id, user_id)):
            new.append(line)
    if run.is_trial:
        ids: Sequence[int | None] = [None] * len(new)
    else:
        ids = courses.enroll_many([pairs[line.number] for line in new], run.actor)
    for line, id in zip(new, ids, strict=True):
        line.create(id)


def _recall(rows: Select[Any]) -> Iterable[tuple[Hashable, int]]:
    """Nothing: who was enrolled before a restart is found in the course."""
    return ()


ENROLLMENTS = Kind(
    name="enrollments",
    label=_("Enrollments"),
    about=_("Who is in which course."),
    scope="learning",
    model=Enrollment,
    columns=(
        *WHO,
        Column("course", _("Course"), values.text, ("cursus", "course title", "training", "opleiding"), required=True),
    ),
    one_of=("external_id", "personnel_number", "email"),
    deal=_deal,
    recall=_recall,
)

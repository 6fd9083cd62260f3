"""Results: what enrolled people achieved elsewhere, or before."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select

from lms import results
from lms.courses import PUBLISHED, Enrollment
from lms.db import db
from lms.results import Result
from lms.transfer import values
from lms.transfer.kinds.finding import WHO, find_courses, find_people, find_subject
from lms.transfer.kinds.kind import Column, Kind, Line, Run


def _deal(lines: Sequence[Line], run: Run) -> None:
    people = find_people(lines, run)
    courses = find_courses(run.open_lines(lines), run)
    enrollments = _enrollments(set(people.values()), {course.id for course in courses.values()})
    achieved: list[tuple[Line, results.Achievement]] = []
    doubtful: list[tuple[Line, results.Achievement]] = []
    for line in run.open_lines(lines):
        course, user_id = courses[line.number], people[line.number]
        subject_id = find_subject(course, line, run)
        if subject_id is None:
            continue
        enrollment_id = enrollments.get((course.id, user_id))
        if course.status != PUBLISHED:
            line.refuse(f"“{course.title}” is not open: publish it first.")
        elif enrollment_id is None:
            line.refuse(f"This person is not in “{course.title}”: import the enrollment first.")
        else:
            is_first = run.is_first(line, (enrollment_id, subject_id))
            one = _achievement(line, enrollment_id, course.id, user_id, subject_id)
            if not line.outcome:
                (achieved if is_first else doubtful).append((line, one))
    _settle(doubtful, run)
    done = results.record_many([one for _line, one in achieved], "import", run.actor, is_trial=run.is_trial)
    for (line, _one), (what, id, before) in zip(achieved, done, strict=True):
        if what == "created":
            line.create(id)
        elif what == "left":
            line.leave(id, "" if before is None else "A better result stands.")
        else:
            line.change(id or 0, before or {})


def _settle(doubtful: list[tuple[Line, results.Achievement]], run: Run) -> None:
    """A second row about what was dealt with before a restart: the same is left, anything else refused."""
    done = results.record_many([one for _line, one in doubtful], "import", run.actor, is_trial=True)
    for (line, _one), (what, id, _before) in zip(doubtful, done, strict=True):
        if what == "left":
            line.leave(id, line.message)
        else:
            line.refuse(line.message)


def _achievement(line: Line, enrollment_id: int, course_id: int, user_id: int, subject_id: int) -> Any:
    score = line.values.get("score")
    return results.Achievement(
        enrollment_id, course_id, user_id, subject_id,
        results.Outcome(line.values.get("passed", True), score), line.values["finished_at"],
    )  # fmt: skip


def _enrollments(user_ids: set[int], course_ids: set[int]) -> dict[tuple[int, int], int]:
    rows = db.session.execute(
        select(Enrollment.id, Enrollment.course_id, Enrollment.user_id).where(
            Enrollment.course_id.in_(course_ids), Enrollment.user_id.in_(user_ids)
        )
    )
    return {(course_id, user_id): id for id, course_id, user_id in rows}


def _recall(rows: Select[Any]) -> Iterable[tuple[Hashable, int]]:
    touched = rows.subquery()
    for enrollment_id, subject_id, number in db.session.execute(
        select(Result.enrollment_id, Result.subject_id, touched.c.number).join(
            touched, touched.c.object_id == Result.id
        )
    ):
        yield (enrollment_id, subject_id), number


RESULTS = Kind(
    name="results",
    label=_("Results"),
    about=_("What people who are in a course achieved on its subjects."),
    scope="learning",
    model=Result,
    columns=(
        *WHO,
        Column("course", _("Course"), values.text, ("cursus", "course title", "training", "opleiding"), required=True),
        Column("subject", _("Subject"), values.text, ("onderwerp", "onderdeel", "module", "subject title")),
        Column("passed", _("Passed"), values.yes_or_no, ("geslaagd", "behaald", "completed", "status")),
        Column("score", _("Score"), values.percentage, ("cijfer", "percentage", "punten", "grade")),
        Column("finished_at", _("Finished"), values.moment, ("date", "datum", "finished", "afgerond", "completed at",
               "behaald op", "afgerond op"), required=True, zoned=True),
    ),
    one_of=("external_id", "personnel_number", "email"),
    deal=_deal,
    recall=_recall,
)  # fmt: skip

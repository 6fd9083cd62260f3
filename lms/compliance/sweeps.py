"""Changes that concern many people: a requirement, a department that moved, a rule. A few are worked out at once, many
a chunk at a time, each in a transaction of its own; killed in between, the next run goes on where the last one ended.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union

from lms.accounts import Department, User
from lms.compliance.deriving import recompute
from lms.compliance.models import Assignment, DepartmentPlace, Holding, QualificationCourse, Status, Sweep
from lms.courses import Enrollment
from lms.db import db, transaction, utcnow

CHUNK = 250
"""People in one transaction."""
AT_ONCE = 50
"""People that are worked out in the transaction that heard of it."""


def target_of(requirement: Mapping[str, Any]) -> dict[str, Any]:
    """Whom a requirement (its columns) may concern, now."""
    match requirement["target"]:
        case "department":
            return {"department_id": requirement["department_id"]}
        case "job_function":
            return {"job_function_id": requirement["job_function_id"]}
        case "person":
            return {"user_id": requirement["user_id"]}
    return {}


def begin(organization_id: int, qualification_ids: Collection[int] | None, whom: dict[str, Any]) -> None:
    """Work out whom it concerns: at once when they are few, else leave it to `run`; inside a transaction."""
    ids = None if qualification_ids is None else sorted(qualification_ids)
    sweep = Sweep(organization_id=organization_id, qualification_ids=ids, whom=whom, after_user_id=0)
    people = _next(sweep, AT_ONCE + 1)
    if len(people) <= AT_ONCE:
        recompute(organization_id, people, ids)
    else:
        db.session.add(sweep)


def recompute_now_or_later(
    organization_id: int, user_ids: Sequence[int], qualification_ids: Collection[int] | None
) -> None:
    """Work out these people, a chunk at a time; inside a transaction."""
    for start in range(0, len(user_ids), CHUNK):
        recompute(organization_id, user_ids[start : start + CHUNK], qualification_ids)


def run(most: int = 1_000_000) -> int:
    """Go on with what is to be done, up to `most` chunks; returns how many there were. Bears being killed anywhere."""
    for number in range(most):
        if not _step():
            return number
    return most


def _step() -> bool:
    with transaction() as session:
        sweep = session.scalar(
            select(Sweep)
            .where(Sweep.finished_at.is_(None))
            .order_by(Sweep.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if sweep is None:
            return False
        people = _next(sweep, CHUNK)
        recompute(sweep.organization_id, people, sweep.qualification_ids)
        sweep.done += len(people)
        if people:
            sweep.after_user_id = people[-1]
        if len(people) < CHUNK:
            sweep.finished_at = utcnow()
    return True


def _next(sweep: Sweep, size: int) -> list[int]:
    """The next people of a sweep, by id."""
    return list(
        db.session.scalars(
            select(User.id)
            .where(User.organization_id == sweep.organization_id, User.id > sweep.after_user_id)
            .where(*_concerned(sweep.whom))
            .order_by(User.id)
            .limit(size)
        )
    )


def concerned_by(organization_id: int, requirement: Mapping[str, Any]) -> Select[int]:
    """Ids of the people whom a requirement (its columns) concerns now or did before."""
    return select(User.id).where(User.organization_id == organization_id, *_concerned(target_of(requirement)))


def _concerned(whom: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Who is in the place or ever was, or has to do with the qualification."""
    conditions: list[ColumnElement[bool]] = []
    for name, id in whom.items():
        if name == "department_id":
            places = ever_below(id)
            conditions.append(
                or_(
                    User.department_id.in_(places),
                    _was(Assignment.department_id.in_(places) | Assignment.was_department_id.in_(places)),
                )
            )
        elif name == "job_function_id":
            was = _was((Assignment.job_function_id == id) | (Assignment.was_job_function_id == id))
            conditions.append((User.job_function_id == id) | was)
        elif name == "user_id":
            conditions.append(User.id == id)
        else:
            conditions.append(or_(*(User.id.in_(people) for people in _who_have_to_do_with(id))))
    return conditions


def _was(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return User.id.in_(select(Assignment.user_id).where(condition))


def _who_have_to_do_with(qualification_id: int) -> list[Select[int]]:
    courses = select(QualificationCourse.course_id).where(QualificationCourse.qualification_id == qualification_id)
    return [
        select(Holding.user_id).where(Holding.qualification_id == qualification_id),
        select(Status.user_id).where(Status.qualification_id == qualification_id),
        select(Enrollment.user_id).where(Enrollment.course_id.in_(courses), Enrollment.completed_at.is_not(None)),
    ]


def below(department_id: int) -> Select[int]:
    """The department and all that is part of it now, as a subquery of ids."""
    tree = select(Department.id).where(Department.id == department_id).cte(recursive=True)
    tree = tree.union(select(Department.id).join(tree, Department.parent_id == tree.c.id))
    return select(tree.c.id)


def ever_below(department_id: int) -> Select[int]:
    """The department and all that is or ever was part of it, as a subquery of ids."""
    edges = union(
        select(Department.id.label("id"), Department.parent_id.label("parent_id")),
        select(DepartmentPlace.department_id, DepartmentPlace.parent_id),
        select(DepartmentPlace.department_id, DepartmentPlace.was_parent_id),
    ).subquery()
    tree = select(Department.id).where(Department.id == department_id).cte(recursive=True)
    tree = tree.union(select(edges.c.id).join(tree, edges.c.parent_id == tree.c.id))
    return select(tree.c.id)

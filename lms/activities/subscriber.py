"""Tell what people did."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select

from lms.accounts import names
from lms.activities.kinds import kind_of
from lms.activities.models import Activity
from lms.compliance import Qualification
from lms.courses import Course, Subject
from lms.db import db
from lms.events import Change, EventCenter

LOCK = 0x61637469
"""Any number that nobody else locks (PostgreSQL's advisory locks); SQLite has one writer at a time anyway."""


@EventCenter.subscriber(
    "activities",
    batch=True,
    hears={
        "Course": {"created", "updated", "deleted"},
        "Subject": {"created", "deleted"},
        "Enrollment": {"created", "updated", "deleted"},
        "Result": {"created"},
        "Content": {"created"},
        "Event": {"created", "updated"},
        "User": {"created"},
        "Certificate": {"updated"},
        "Holding": {"created"},
        "Qualification": {"created"},
    },
)
def tell(changes: Sequence[Change]) -> None:
    """One activity per change that people want to read about; six statements for any number of changes."""
    told = [(change, kind) for change in changes if (kind := kind_of(change))]
    if not told:
        return
    people = names(
        {id for change, _ in told for id in (change.actor_id, change.state.get("user_id")) if id is not None}
    )
    courses = _titles(Course, {change.state.get("course_id") for change, _ in told})
    courses |= {change.object_id: change.state["title"] for change in changes if change.object_type == "Course"}
    subjects = _titles(Subject, {change.state.get("subject_id") for change, _ in told})
    qualifications = _titles(Qualification, {change.state.get("qualification_id") for change, _ in told})
    rows = []
    for change, kind in told:
        state = change.state
        is_course = change.object_type == "Course"
        course_id = change.object_id if is_course else state.get("course_id")
        user_id = change.object_id if change.object_type == "User" else state.get("user_id")
        params = {
            "actor": people.get(change.actor_id or 0, ""),
            "user": state.get("name") or people.get(user_id or 0, ""),
            "title": state.get("title")
            or subjects.get(state.get("subject_id") or 0)
            or qualifications.get(state.get("qualification_id") or 0, ""),
            "course": state.get("title") if is_course else courses.get(course_id or 0, ""),
            "object_id": change.object_id,
        }
        rows.append(
            {
                "organization_id": change.organization_id,
                "change_id": change.id,
                "occurred_at": change.created_at,
                "kind": kind,
                "actor_id": change.actor_id,
                "course_id": course_id,
                "user_id": user_id,
                "params": params,
            }
        )
    _wait_for_others()
    db.session.execute(insert(Activity), rows)


def _wait_for_others() -> None:
    """Until our commit nobody else inserts, so ids grow in the order of the commits and `newer` misses nothing."""
    if db.session().get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _titles(model: type[Course] | type[Subject] | type[Qualification], ids: set[int | None]) -> dict[int, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    return {id: title for id, title in db.session.execute(select(model.id, model.title).where(model.id.in_(wanted)))}

"""Keep a trail of every change."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import insert, select

from lms.accounts import names
from lms.audits.models import Audit
from lms.compliance import Qualification
from lms.courses import Course
from lms.db import db
from lms.events import Change, EventCenter

OF_SOMEBODY = ("Enrollment", "Result", "Attempt")
"""Types of objects without a title of their own."""


@EventCenter.subscriber("audits", batch=True)
def record(changes: Sequence[Change]) -> None:
    """Who, what, when, before and after; four statements for any number of changes."""
    people = names(
        {id for change in changes for id in (change.actor_id, change.state.get("user_id")) if id is not None}
    )
    courses = _titles(Course, {change.state["course_id"] for change in changes if change.object_type in OF_SOMEBODY})
    qualifications = _titles(
        Qualification,
        {change.state["qualification_id"] for change in changes if change.state.get("qualification_id")},
    )
    rows = [
        {
            "organization_id": change.organization_id,
            "change_id": change.id,
            "occurred_at": change.created_at,
            "action": change.action,
            "object_type": change.object_type,
            "object_id": change.object_id,
            "title": _title(change, people, courses, qualifications),
            "difference": {name: list(pair) for name, pair in change.difference.items()},
            "actor_id": change.actor_id,
            "actor_name": people.get(change.actor_id or 0, ""),
            "request_id": change.request_id,
            "address": change.address,
            "via": change.via,
        }
        for change in changes
    ]
    db.session.execute(insert(Audit), rows)


def _titles(model: type[Course] | type[Qualification], ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {id: title for id, title in db.session.execute(select(model.id, model.title).where(model.id.in_(ids)))}


def _title(
    change: Change, people: Mapping[int, str], courses: Mapping[int, str], qualifications: Mapping[int, str]
) -> str:
    """What the object is called; what belongs to somebody in a course or qualification is called after both."""
    state = change.state
    if change.object_type in OF_SOMEBODY:
        return f"{people.get(state['user_id'], '')} – {courses.get(state['course_id'], '')}"
    if "qualification_id" in state:
        person, title = people.get(state.get("user_id") or 0, ""), qualifications.get(state["qualification_id"], "")
        return f"{person} – {title}" if person else title
    return str(state.get("title") or state.get("name") or "")

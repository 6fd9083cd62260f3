"""A result as an xAPI statement (xAPI 1.0.3, part 2)."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lms.accounts import User
from lms.events import Change
from lms.lrs.models import MBOX
from lms.lrs.settings import Settings
from lms.tracking.reading import as_duration

VERBS = {name: f"http://adlnet.gov/expapi/verbs/{name}" for name in ("passed", "failed", "completed")}
COURSE, SUBJECT = "http://adlnet.gov/expapi/activities/course", "http://adlnet.gov/expapi/activities/module"
OUTCOME = {"passed", "score", "seconds", "version", "finished_at"}
"""Columns that make another statement of a result when they change."""
SOURCE = "xapi"
"""Where results came from that a store has told us: those are not told back."""


def is_told(change: Change) -> bool:
    """Whether this change of a result is news."""
    if change.state.get("source") == SOURCE:
        return False
    return change.action == "created" or bool(OUTCOME & set(change.difference))


def id_of(change: Change) -> str:
    """The same for the same change, whoever sends it, however often."""
    return str(uuid5(NAMESPACE_URL, f"{Settings.base}/changes/{change.id}"))


def actor_of(user: User, how: str) -> dict[str, Any]:
    """Who: by mail address, or an account of ours under the id or number that other systems know the person by."""
    if how == MBOX:
        return {"objectType": "Agent", "mbox": f"mailto:{user.email}"}
    name = user.external_id or user.personnel_number or user.email
    return {"objectType": "Agent", "account": {"homePage": Settings.base, "name": name}}


def activity_of(course_id: int, subject_id: int | None = None) -> str:
    """What a course or a subject is called in statements."""
    course = f"{Settings.base}/courses/{course_id}"
    return course if subject_id is None else f"{course}/subjects/{subject_id}"


def statement_of(change: Change, user: User, titles: tuple[str, str], how: str, language: str) -> dict[str, Any]:
    """What a change of a result says: passed or failed, or completed where a score was never asked for."""
    state = change.state
    verb = "failed" if not state["passed"] else "completed" if state["score"] is None else "passed"
    course, subject = titles
    course_id, subject_id = state["course_id"], state["subject_id"]
    result: dict[str, Any] = {"success": state["passed"]}
    if state["passed"]:
        result["completion"] = True
    if state["score"] is not None:
        result["score"] = {"scaled": state["score"] / 100}
    if state["seconds"] is not None:
        result["duration"] = as_duration(state["seconds"])
    parent = _activity(activity_of(course_id), COURSE, course, language)
    extensions = {f"{Settings.base}/xapi/extensions/source": state["source"]}
    return {
        "id": id_of(change),
        "actor": actor_of(user, how),
        "verb": {"id": VERBS[verb], "display": {"en": verb}},
        "object": _activity(activity_of(course_id, subject_id), SUBJECT, subject, language),
        "result": result,
        "context": {
            "registration": str(uuid5(NAMESPACE_URL, f"{Settings.base}/enrollments/{state['enrollment_id']}")),
            "platform": "LMS",
            "contextActivities": {"parent": [parent]},
            "extensions": extensions,
        },
        "timestamp": state["finished_at"],
    }


def _activity(id: str, kind: str, name: str, language: str) -> dict[str, Any]:
    return {"objectType": "Activity", "id": id, "definition": {"type": kind, "name": {language: name}}}

"""SCORM's data model: what a unit finds when it is opened, and what it commits."""

import copy
from typing import Any

from lms.db import utcnow
from lms.errors import Invalid
from lms.packages import SCORM12
from lms.tracking import reading
from lms.tracking.attempts import settle
from lms.tracking.models import Launch, UnitAttempt

TRANSIENT_12 = ("session_time", "exit", "entry", "total_time")
TRANSIENT_2004 = ("session_time", "exit", "entry", "total_time")


def initial(state: UnitAttempt) -> dict[str, Any]:
    """The data model that the content finds: what it left, and what the LMS says."""
    user, details = state.attempt.user, state.unit.details
    left = copy.deepcopy(state.data.get("cmi") or {})
    last, first = _family_name(user.name)
    if state.attempt.package.standard == SCORM12:
        return _initial_12(state, left, details, f"{last}, {first}" if first else last)
    return _initial_2004(state, left, details, f"{last}, {first}" if first else last)


def _initial_12(state: UnitAttempt, left: dict[str, Any], details: dict[str, Any], name: str) -> dict[str, Any]:
    core = {key: value for key, value in dict(left.get("core") or {}).items() if key not in TRANSIENT_12}
    core |= {
        "student_id": str(state.attempt.user_id),
        "student_name": name[:255],
        "credit": "credit",
        "lesson_mode": "normal",
        "entry": "resume" if state.suspended else ("" if left else "ab-initio"),
        "total_time": reading.as_timespan(state.seconds),
        "lesson_status": core.get("lesson_status") or "not attempted",
    }
    given = {
        "mastery_score": _plain(details.get("mastery_score")),
        "max_time_allowed": details.get("max_time", ""),
        "time_limit_action": details.get("time_limit_action", ""),
    }
    return {**left, "core": core, "launch_data": details.get("launch_data", ""),
            "student_data": {key: value for key, value in given.items() if value != ""}}  # fmt: skip


def _initial_2004(state: UnitAttempt, left: dict[str, Any], details: dict[str, Any], name: str) -> dict[str, Any]:
    # A new session after a normal end begins with an empty data model (RTE 1.3, 2.1.1); what it came to, we keep.
    goes_on = state.suspended
    kept = {key: value for key, value in left.items() if key not in TRANSIENT_2004} if goes_on else {}
    given = {
        "learner_id": str(state.attempt.user_id),
        "learner_name": name,
        "credit": "credit",
        "mode": "normal",
        "entry": "resume" if goes_on else "ab-initio",
        "total_time": reading.as_duration(state.seconds if goes_on else 0),
        "launch_data": details.get("launch_data", ""),
        "completion_threshold": _plain(details.get("completion_threshold")),
        "scaled_passing_score": _plain(details.get("passing_score")),
        "max_time_allowed": details.get("max_time", ""),
        "time_limit_action": details.get("time_limit_action", ""),
    }
    if not kept.get("objectives") and details.get("objectives"):
        kept["objectives"] = [{"id": name} for name in details["objectives"]]
    if not goes_on and isinstance(left.get("learner_preference"), dict):
        kept["learner_preference"] = left["learner_preference"]
    return {**kept, **{key: value for key, value in given.items() if value != ""}}


def take(opened: Launch, data: object, final: bool) -> None:
    """Keep what was committed and see what the unit comes to; in the caller's transaction, the rows locked."""
    state = opened.unit_attempt
    if not isinstance(data, dict) or not isinstance(data.get("cmi"), dict):
        raise Invalid("cmi", "This is no SCORM data model.")
    found = reading.read(state.attempt.package.standard, data["cmi"], state.unit.details, final)
    state.data = {"cmi": data["cmi"]}
    state.spoke, state.reported_at = True, utcnow()
    state.suspended = found.suspended or not final
    state.seconds = opened.seconds_before + found.seconds
    if found.progress is not None:
        state.progress = found.progress
    # What was done stays done in this attempt; of two ends the better one counts.
    if found.done and (not state.done or found.is_better_than(state.passed, state.score)):
        state.done, state.passed, state.score = True, found.passed, found.score
    elif not state.done:
        state.passed, state.score = found.passed, found.score
    opened.initialized_at = opened.initialized_at or utcnow()
    settle(state.attempt, state.attempt.user)


def _family_name(name: str) -> tuple[str, str]:
    """A name as SCORM writes it: last word first."""
    words = name.split()
    return (words[-1] if words else name, " ".join(words[:-1]))


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:g}"

"""cmi5 (Quartz, 1st edition): what the LMS says at a launch, what a unit may say, and what it comes to."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from lms.db import db, utcnow
from lms.errors import NotAllowed
from lms.packages import AU, PackageUnit
from lms.packages.settings import Settings
from lms.tracking import documents, reading
from lms.tracking.attempts import contents_of, settle
from lms.tracking.models import Launch, PackageAttempt, Statement, UnitAttempt

ADL, W3ID = "http://adlnet.gov/expapi/verbs/", "https://w3id.org/xapi/adl/verbs/"
LAUNCHED, INITIALIZED, TERMINATED = f"{ADL}launched", f"{ADL}initialized", f"{ADL}terminated"
COMPLETED, PASSED, FAILED = f"{ADL}completed", f"{ADL}passed", f"{ADL}failed"
SATISFIED, ABANDONED, WAIVED = f"{W3ID}satisfied", f"{W3ID}abandoned", f"{W3ID}waived"
OF_UNITS = (INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED)
"""The verbs of statements that a unit may mark as cmi5's own (9.3); the others are the LMS's."""
CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
EXTENSIONS = "https://w3id.org/xapi/cmi5/context/extensions/"
SESSION = f"{EXTENSIONS}sessionid"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
BLOCK, COURSE = (f"https://w3id.org/xapi/cmi5/activitytype/{name}" for name in ("block", "course"))


def actor_of(attempt: PackageAttempt) -> dict[str, Any]:
    """The learner as xAPI knows them: an account, without name or address (9.2)."""
    return {"objectType": "Agent", "account": {"homePage": Settings.base, "name": str(attempt.user_id)}}


def activity_of(unit: PackageUnit) -> str:
    """The id of the unit's activity, made by the LMS (8.1.5); the publisher's own goes along as grouping."""
    return f"{Settings.base}/xapi/activities/units/{unit.id}"


def _context(opened: Launch, unit_id: str) -> dict[str, Any]:
    return {
        "contextActivities": {"grouping": [{"objectType": "Activity", "id": unit_id}]},
        "extensions": {SESSION: opened.session},
    }


def prepare(opened: Launch, state: UnitAttempt, return_url: str) -> None:
    """Before a unit is opened: the state document LMS.LaunchData (10) and the statement "launched" (9.3.1)."""
    unit, attempt, details = state.unit, state.attempt, state.unit.details
    data: dict[str, Any] = {
        "contextTemplate": _context(opened, unit.identifier),
        "launchMode": "Normal",
        "moveOn": details["move_on"],
        "returnURL": return_url,
    }
    if details.get("mastery_score") is not None:
        data["masteryScore"] = details["mastery_score"]
    if details.get("launch_parameters"):
        data["launchParameters"] = details["launch_parameters"]
    if details.get("entitlement_key"):
        data["entitlementKey"] = {"courseStructure": details["entitlement_key"]}
    key = documents.Key(attempt.user_id, "state", activity_of(unit), attempt.registration, "LMS.LaunchData")
    documents.keep_json(key, data, attempt.organization_id)
    extensions = {"launchmode": "Normal", "moveon": details["move_on"], "launchurl": unit.href or ""}
    if details.get("mastery_score") is not None:
        extensions["masteryscore"] = details["mastery_score"]
    if details.get("launch_parameters"):
        extensions["launchparameters"] = details["launch_parameters"]
    say(opened, attempt, LAUNCHED, activity_of(unit), unit.identifier, extensions=extensions)
    if details["move_on"] == "NotApplicable" and not state.data.get("satisfied"):
        evaluate(state)


def say(
    opened: Launch, attempt: PackageAttempt, verb: str, activity: str, publisher_id: str, *,
    type: str = "", extensions: Mapping[str, Any] | None = None, result: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """A statement of the LMS itself, in the caller's transaction."""
    now = utcnow()
    context = _context(opened, publisher_id)
    context["registration"] = attempt.registration
    context["contextActivities"]["category"] = [{"objectType": "Activity", "id": CATEGORY}]
    context["extensions"] |= {EXTENSIONS + name: value for name, value in (extensions or {}).items()}
    body: dict[str, Any] = {
        "id": str(uuid4()), "actor": actor_of(attempt),
        "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
        "object": {"objectType": "Activity", "id": activity, **({"definition": {"type": type}} if type else {})},
        "context": context, "timestamp": stamp(now),
    }  # fmt: skip
    if result:
        body["result"] = dict(result)
    keep(opened, attempt, body, True)


def keep(opened: Launch, attempt: PackageAttempt, body: dict[str, Any], is_cmi5: bool) -> Statement:
    """Write a statement with who stored it and when, in the caller's transaction."""
    now = utcnow()
    body = {
        **body, "stored": stamp(now), "timestamp": body.get("timestamp") or stamp(now), "version": "1.0.0",
        "authority": {"objectType": "Agent", "account": {"homePage": Settings.base, "name": "lms"}},
    }  # fmt: skip
    target = body["object"]
    statement = Statement(
        organization_id=attempt.organization_id, attempt_id=attempt.id, launch_id=opened.id, statement_id=body["id"],
        verb=body["verb"]["id"], activity=target["id"] if target.get("objectType", "Activity") == "Activity" else "",
        is_cmi5=is_cmi5, body=body, stored_at=now,
    )  # fmt: skip
    db.session.add(statement)
    db.session.flush()
    return statement


def stamp(moment: Any) -> str:
    """A moment as xAPI writes it."""
    return str(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def is_defined(body: Mapping[str, Any]) -> bool:
    """Whether a statement calls itself one of cmi5's own, by its category (9.6.2.1)."""
    found = part(part(body, "context"), "contextActivities").get("category")
    every = found if isinstance(found, list) else [found]
    return any(isinstance(one, Mapping) and one.get("id") == CATEGORY for one in every)


def part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part that is an object; empty otherwise."""
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def check(opened: Launch, body: Mapping[str, Any], earlier: list[Statement]) -> None:
    """Raise NotAllowed for a statement that cmi5 does not let a unit send now (9.1 to 9.6)."""
    attempt, unit, details = (opened.unit_attempt.attempt, opened.unit_attempt.unit, opened.unit_attempt.unit.details)
    verb, context, result = body["verb"]["id"], part(body, "context"), part(body, "result")
    in_session = [one.verb for one in earlier if one.launch_id == opened.id and one.is_cmi5]
    if opened.ended_at is not None or TERMINATED in in_session:
        refuse("This session has ended: nothing can be said after “terminated”.")
    registration = str(context.get("registration", "")).lower()
    if registration != attempt.registration and (registration or is_defined(body)):
        refuse("context.registration is not the one of this launch.")
    if not is_defined(body):
        if INITIALIZED not in in_session:
            refuse("“initialized” comes first.")
        return
    if verb not in OF_UNITS:
        refuse("Only initialized, completed, passed, failed and terminated are a unit's own cmi5 statements.")
    if body["object"].get("id") != activity_of(unit):
        refuse("The object of a cmi5 statement is the unit that was launched.")
    if part(context, "extensions").get(SESSION) != opened.session:
        refuse("The session id is not the one of LMS.LaunchData.")
    if verb == INITIALIZED and INITIALIZED in in_session:
        refuse("“initialized” was sent already in this session.")
    if verb != INITIALIZED and INITIALIZED not in in_session:
        refuse("“initialized” comes first.")
    of_unit = {one.verb for one in earlier if one.is_cmi5 and one.activity == activity_of(unit)}
    if verb in (COMPLETED, PASSED) and verb in of_unit:
        refuse("This was sent already in this registration.")
    if verb == FAILED and (PASSED in of_unit or FAILED in in_session):
        refuse("“failed” cannot follow “passed”, and comes once in a session.")
    _check_result(verb, result, details)


def _check_result(verb: str, result: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    """Which results go with which verb (9.5), and that the score agrees with the mastery score (9.3.4, 9.3.5)."""
    if verb == COMPLETED and result.get("completion") is not True:
        refuse("“completed” has result.completion true.")
    if verb in (PASSED, FAILED) and result.get("success") is not (verb == PASSED):
        refuse("“passed” has result.success true, “failed” has it false.")
    if verb != COMPLETED and "completion" in result:
        refuse("Only “completed” has result.completion.")
    if verb not in (PASSED, FAILED) and "success" in result:
        refuse("Only “passed” and “failed” have result.success.")
    scaled, mastery = reading.decimal(part(result, "score").get("scaled")), details.get("mastery_score")
    if (
        scaled is not None
        and mastery is not None
        and verb in (PASSED, FAILED)
        and (scaled >= mastery) != (verb == PASSED)
    ):
        refuse("The score does not agree with the mastery score.")


def refuse(message: str) -> None:
    """What a unit reads whose statement is against the rules."""
    raise NotAllowed(message)


def hear(opened: Launch, body: Mapping[str, Any]) -> None:
    """What a statement that was taken comes to; in the caller's transaction, the attempt locked."""
    state, verb, result = opened.unit_attempt, body["verb"]["id"], part(body, "result")
    state.spoke, state.reported_at = True, utcnow()
    progress = reading.decimal(part(result, "extensions").get(PROGRESS))
    if progress is not None and 0 <= progress <= 100:
        state.progress = round(progress)
    if not is_defined(body):
        return
    data = dict(state.data)
    if verb == INITIALIZED:
        opened.initialized_at, state.suspended = utcnow(), True
    elif verb == TERMINATED:
        opened.ended_at = utcnow()
        state.seconds = opened.seconds_before + reading.duration(result.get("duration"))
        state.suspended = not state.done
    elif verb == COMPLETED:
        data["completed"] = True
    else:
        data["passed"] = verb == PASSED or data.get("passed", False)
        data["judged"] = True
        score = reading.percentage(part(result, "score"))
        if score is not None and (state.score is None or score > state.score or verb == PASSED):
            state.score = score
    state.data = data
    evaluate(state, opened)


def meets(move_on: str, completed: bool, passed: bool) -> bool:
    """Whether a unit is satisfied (13.1.4, moveOn)."""
    return {
        "Passed": passed,
        "Completed": completed,
        "CompletedAndPassed": completed and passed,
        "CompletedOrPassed": completed or passed,
        "NotApplicable": True,
    }[move_on]


def evaluate(state: UnitAttempt, opened: Launch | None = None) -> None:
    """Whether the unit, its blocks and the course are satisfied now, which the LMS then says (9.3.9)."""
    data = dict(state.data)
    completed, passed = bool(data.get("completed")), bool(data.get("passed"))
    if meets(state.unit.details["move_on"], completed, passed):
        data["satisfied"] = True
    state.data = data
    # Judged and not satisfied is an end as well: a result that says not passed, until a later session passes.
    if data.get("satisfied"):
        state.done, state.passed = True, True
    elif data.get("judged") and not passed:
        state.done, state.passed = True, False
    settle(state.attempt, state.attempt.user)
    if data.get("satisfied"):
        _satisfy_above(state, opened)


def _satisfy_above(state: UnitAttempt, opened: Launch | None) -> None:
    attempt = state.attempt
    if opened is None:
        opened = db.session.scalar(
            select(Launch).where(Launch.unit_attempt_id == state.id).order_by(Launch.id.desc()).limit(1)
        )
    if opened is None:
        return
    rows = contents_of(attempt)
    by_position = {unit.position: unit for unit, _state in rows}
    open_blocks = set()
    for unit, row in rows:
        if unit.kind == AU and not (row is not None and row.data.get("satisfied")):
            parent = unit.parent
            while parent:
                open_blocks.add(parent)
                parent = by_position[parent].parent
    said = set(
        db.session.scalars(
            select(Statement.activity).where(Statement.attempt_id == attempt.id, Statement.verb == SATISFIED)
        )
    )
    for unit, _row in rows:
        if unit.details.get("block") and unit.position not in open_blocks and activity_of(unit) not in said:
            say(opened, attempt, SATISFIED, activity_of(unit), unit.identifier, type=BLOCK)
    course = f"{Settings.base}/xapi/activities/packages/{attempt.package_id}"
    if (
        all(row is not None and row.data.get("satisfied") for unit, row in rows if unit.kind == AU)
        and course not in said
    ):
        say(opened, attempt, SATISFIED, course, attempt.package.identifier, type=COURSE)


def abandon(opened: Launch, state: UnitAttempt) -> None:
    """A session that never said "terminated" is given up when the unit is opened again (9.3.6)."""
    if opened.initialized_at is None or opened.ended_at is not None:
        return
    last = db.session.scalar(
        select(Statement.stored_at).where(Statement.launch_id == opened.id).order_by(Statement.id.desc()).limit(1)
    )
    seconds = max(0.0, ((last or opened.initialized_at) - opened.initialized_at).total_seconds())
    state.seconds = opened.seconds_before + seconds
    say(
        opened, state.attempt, ABANDONED, activity_of(state.unit), state.unit.identifier,
        result={"duration": reading.as_duration(seconds)},
    )  # fmt: skip

"""Statements of xAPI 1.0.3: checking, taking, finding, voiding. Each launch sees its own attempt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.db import db, transaction
from lms.errors import Conflict, Invalid, NotFound
from lms.packages import AU
from lms.tracking import cmi5
from lms.tracking.models import Launch, PackageAttempt, Statement
from lms.tracking.reading import DURATION

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
KNOWN = {
    "id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version", "attachments",
}  # fmt: skip
RESULT = {"score", "success", "completion", "response", "duration", "extensions"}
CONTEXT = {
    "registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
    "extensions",
}  # fmt: skip
OBJECTS = {"Activity", "Agent", "Group", "StatementRef", "SubStatement"}
IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")
MOST = 500
"""Statements in one request, and in one answer."""
SET_BY_US = ("stored", "authority", "version")


def check(body: object, actor: Mapping[str, Any]) -> dict[str, Any]:
    """A statement as xAPI wants it (part 2, 2.4), about `actor`; raises Invalid with what is wrong."""
    if not isinstance(body, dict):
        raise wrong("A statement is an object.")
    if unknown := set(body) - KNOWN:
        raise wrong(f"A statement has no {sorted(unknown)[0]!r}.")
    if "id" in body and not is_uuid(body["id"]):
        raise wrong("id is a UUID.")
    if not same_agent(body.get("actor"), actor):
        raise wrong("actor is not the learner of this launch.")
    verb = body.get("verb")
    if not isinstance(verb, dict) or not is_iri(verb.get("id")):
        raise wrong("verb.id is an IRI.")
    _check_object(body.get("object"), verb["id"])
    if "result" in body:
        _check_result(body["result"])
    if "context" in body:
        _check_context(body["context"])
    if "timestamp" in body:
        moment(body["timestamp"], "timestamp")
    for attachment in body.get("attachments") or []:
        if not isinstance(attachment, dict) or not is_iri(attachment.get("fileUrl")):
            raise wrong("Attachments are not kept here; send fileUrl instead of the file.")
    return body


def _check_object(target: object, verb: str) -> None:
    if not isinstance(target, dict) or target.get("objectType", "Activity") not in OBJECTS:
        raise wrong("object is an activity, agent, group, statement reference or sub-statement.")
    kind = target.get("objectType", "Activity")
    if kind == "Activity" and not is_iri(target.get("id")):
        raise wrong("object.id is an IRI.")
    if kind == "StatementRef" and not is_uuid(target.get("id")):
        raise wrong("object.id of a reference is a UUID.")
    if verb == VOIDED and kind != "StatementRef":
        raise wrong("A voiding statement has a statement reference as its object.")


def _check_result(result: object) -> None:
    if not isinstance(result, dict) or set(result) - RESULT:
        raise wrong("result has score, success, completion, response, duration and extensions.")
    if any(not isinstance(result[name], bool) for name in ("success", "completion") if name in result):
        raise wrong("result.success and result.completion are true or false.")
    if "duration" in result and not (isinstance(result["duration"], str) and DURATION.match(result["duration"])):
        raise wrong("result.duration is an ISO 8601 duration.")
    score = result.get("score", {})
    if not isinstance(score, dict) or set(score) - {"scaled", "raw", "min", "max"}:
        raise wrong("result.score has scaled, raw, min and max.")
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in score.values()):
        raise wrong("result.score has numbers.")
    if not -1 <= score.get("scaled", 0) <= 1:
        raise wrong("result.score.scaled is from -1 to 1.")
    least, most = score.get("min", float("-inf")), score.get("max", float("inf"))
    if least > most or not least <= score.get("raw", max(least, min(most, 0))) <= most:
        raise wrong("result.score.raw is from min to max.")


def _check_context(context: object) -> None:
    if not isinstance(context, dict) or set(context) - CONTEXT:
        raise wrong("context has parts that xAPI does not know.")
    if "registration" in context and not is_uuid(context["registration"]):
        raise wrong("context.registration is a UUID.")
    groups = context.get("contextActivities", {})
    if not isinstance(groups, dict) or set(groups) - {"parent", "grouping", "category", "other"}:
        raise wrong("context.contextActivities has parent, grouping, category and other.")
    for group in groups.values():
        for activity in group if isinstance(group, list) else [group]:
            if not isinstance(activity, dict) or not is_iri(activity.get("id")):
                raise wrong("An activity of the context has an id that is an IRI.")


def wrong(message: str) -> Invalid:
    """What content reads whose statement cannot be taken."""
    return Invalid("statement", message)


def is_uuid(value: object) -> bool:
    """Whether it is a UUID as RFC 4122 writes it."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def is_iri(value: object) -> bool:
    """Whether it has a scheme and something after it."""
    return isinstance(value, str) and IRI.match(value) is not None


def same_agent(given: object, actor: Mapping[str, Any]) -> bool:
    """Whether two agents have the same account."""
    account = given.get("account") if isinstance(given, dict) else None
    if not isinstance(account, dict):
        return False
    wanted = actor["account"]
    return (str(account.get("homePage", "")).rstrip("/"), str(account.get("name", ""))) == (
        wanted["homePage"].rstrip("/"), wanted["name"],
    )  # fmt: skip


def moment(value: object, name: str) -> datetime:
    """A moment with its zone; raises Invalid."""
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise wrong(f"{name} is a moment as in ISO 8601.") from None
    return found if found.tzinfo else found.astimezone()


def take(opened: Launch, bodies: Sequence[object]) -> list[str]:
    """Keep statements of this launch, all or none; returns their ids.

    Raises Invalid for what is no statement, NotAllowed for what cmi5 does not let a unit say, Conflict when an id was
    used for another statement. The same statement again changes nothing.
    """
    attempt = opened.unit_attempt.attempt
    if len(bodies) > MOST:
        raise wrong(f"Send at most {MOST} statements at a time.")
    checked = [check(body, cmi5.actor_of(attempt)) for body in bodies]
    taken = []
    with transaction() as session:
        session.execute(select(PackageAttempt.id).where(PackageAttempt.id == attempt.id).with_for_update())
        session.refresh(opened)
        session.refresh(opened.unit_attempt)
        for body in checked:
            statement_id = str(body.get("id") or uuid4()).lower()
            taken.append(statement_id)
            known = _by_id(attempt, statement_id)
            if known is not None:
                if comparable(known.body) != comparable({**body, "id": statement_id}):
                    raise Conflict("There is another statement of this id.")
                continue
            if body["verb"]["id"] == VOIDED:
                _void(attempt, body["object"]["id"])
            elif opened.unit_attempt.unit.kind == AU:
                cmi5.check(opened, body, of_attempt(attempt))
            cmi5.keep(opened, attempt, {**body, "id": statement_id}, cmi5.is_defined(body))
            cmi5.hear(opened, body)
    return taken


def comparable(body: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be alike in two statements of one id (part 2, 2.3.1), without what a server adds."""
    return {name: value for name, value in body.items() if name not in (*SET_BY_US, "timestamp", "attachments")}


def _by_id(attempt: PackageAttempt, statement_id: str) -> Statement | None:
    return db.session.scalar(
        select(Statement).where(Statement.attempt_id == attempt.id, Statement.statement_id == statement_id)
    )


def of_attempt(attempt: PackageAttempt) -> list[Statement]:
    """Every cmi5 statement of the attempt that still counts, the first one first; one statement."""
    return list(
        db.session.scalars(
            select(Statement)
            .where(Statement.attempt_id == attempt.id, Statement.is_cmi5, ~Statement.voided)
            .order_by(Statement.id)
        )
    )


def _void(attempt: PackageAttempt, statement_id: str) -> None:
    """cmi5's own statements stay: what they came to is on record (cmi5, 9.1)."""
    voided = _by_id(attempt, statement_id.lower())
    if voided is None:
        return
    if voided.is_cmi5 or voided.verb == VOIDED:
        raise Conflict("This statement cannot be voided.")
    voided.voided = True


@dataclass(frozen=True, slots=True)
class Query:
    """Which statements are asked for."""

    verb: str = ""
    activity: str = ""
    registration: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    ascending: bool = False
    after: int = 0
    """Where the page before ended: the row's number."""


def find_statement(opened: Launch, statement_id: str, *, voided: bool) -> dict[str, Any]:
    """One statement of this attempt; raises NotFound."""
    found = _by_id(opened.unit_attempt.attempt, statement_id.lower())
    if found is None or found.voided is not voided:
        raise NotFound("There is no such statement.")
    return found.body


def find_statements(opened: Launch, query: Query) -> tuple[list[dict[str, Any]], int]:
    """Statements of this attempt, the latest first, and where the next page begins (0 when there is none)."""
    attempt = opened.unit_attempt.attempt
    if query.registration and query.registration.lower() != attempt.registration:
        return [], 0
    statement = select(Statement).where(Statement.attempt_id == attempt.id, ~Statement.voided)
    if query.verb:
        statement = statement.where(Statement.verb == query.verb)
    if query.activity:
        statement = statement.where(Statement.activity == query.activity)
    if query.since is not None:
        statement = statement.where(Statement.stored_at > query.since)
    if query.until is not None:
        statement = statement.where(Statement.stored_at <= query.until)
    if query.after:
        statement = statement.where(Statement.id > query.after if query.ascending else Statement.id < query.after)
    order = Statement.id.asc() if query.ascending else Statement.id.desc()
    limit = min(query.limit or MOST, MOST)
    rows = list(db.session.scalars(statement.order_by(order).limit(limit + 1)))
    return [row.body for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else 0


def latest_statements(attempt: PackageAttempt, limit: int = 200) -> list[Statement]:
    """The latest statements of an attempt, those of the LMS among them; one statement."""
    return list(
        db.session.scalars(
            select(Statement).where(Statement.attempt_id == attempt.id).order_by(Statement.id.desc()).limit(limit)
        )
    )

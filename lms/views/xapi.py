"""A small xAPI 1.0.3 endpoint for the contents that are launched here (cmi5). Each launch sees itself alone."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, request, url_for
from werkzeug.exceptions import HTTPException

from lms import tracking
from lms.db import db, utcnow
from lms.errors import Invalid, NotAllowed, Refusal
from lms.extensions import csrf
from lms.tracking import Launch, documents, statements
from lms.tracking.documents import Conditions, Key
from lms.views.stage import open_to_all

blueprint = Blueprint("xapi", __name__, url_prefix="/xapi")
csrf.exempt(blueprint)

VERSION = "1.0.3"
IDS = {"state": "stateId", "activity": "profileId", "agent": "profileId"}
METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE"]


@blueprint.before_request
def begin() -> Response | None:
    """Who asks: the token of a launch, as the fetch address gave it. And in which version."""
    if request.method == "OPTIONS" or request.endpoint == "xapi.about":
        return None if request.method != "OPTIONS" else Response(status=204)
    if not request.headers.get("X-Experience-API-Version", "").startswith("1.0"):
        return refused(Invalid("version", "Send the header X-Experience-API-Version: 1.0.3."), 400)
    try:
        g.launch = tracking.find_by_auth(token_of_request())
    except NotAllowed as refusal:
        return refused(refusal, 401)
    return None


@blueprint.after_request
def end(response: Response) -> Response:
    """What every answer carries (part 3, 3.3)."""
    response.headers["X-Experience-API-Version"] = VERSION
    if request.path.startswith("/xapi/statements"):
        response.headers["X-Experience-API-Consistent-Through"] = utcnow().isoformat().replace("+00:00", "Z")
    return open_to_all(response)


@blueprint.errorhandler(Refusal)
def refuse(refusal: Refusal) -> Response:
    """What is refused, in its own words; what cannot be read is a bad request here (part 3, 3.2)."""
    db.session.rollback()
    return refused(refusal, 400 if isinstance(refusal, Invalid) else refusal.status)


@blueprint.errorhandler(HTTPException)
def fail(error: HTTPException) -> Response:
    """The same for what HTTP itself refuses."""
    return Response(error.name, status=error.code or 500, mimetype="text/plain")


def refused(refusal: Refusal, status: int) -> Response:
    """An answer for programs."""
    return Response(refusal.message, status=status, mimetype="text/plain")


def token_of_request() -> str:
    """What stands after Basic (cmi5 gives it as it is to be sent) or Bearer; empty if nothing does."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() == "basic":
        try:
            user, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return token
        return password if colon and not user else user if colon else token
    return token if kind.lower() == "bearer" else ""


@blueprint.get("/about")
def about() -> Any:
    """Which versions are spoken."""
    return jsonify(version=["1.0.0", "1.0.1", "1.0.2", VERSION])


@blueprint.route("/statements", methods=["POST", "PUT"])
def take() -> Any:
    """Statements: one with PUT and an id of its own, one or several with POST."""
    if request.mimetype == "multipart/mixed":
        return Response("Attachments are not kept here: send application/json.", 415, mimetype="text/plain")
    body = _json()
    if request.method == "PUT":
        given = request.args.get("statementId", "")
        if not statements.is_uuid(given):
            raise Invalid("statementId", "Send the statement's id in the address: ?statementId=…")
        if not isinstance(body, dict) or str(body.get("id", given)).lower() != given.lower():
            raise Invalid("statementId", "The statement has another id than the address.")
        statements.take(_launch(), [{**body, "id": given}])
        return Response(status=204)
    return jsonify(statements.take(_launch(), body if isinstance(body, list) else [body]))


@blueprint.get("/statements")
def find() -> Any:
    """Statements of this attempt, or one by its id."""
    for name in ("statementId", "voidedStatementId"):
        if given := request.args.get(name):
            return jsonify(statements.find_statement(_launch(), given, voided=name == "voidedStatementId"))
    if agent := request.args.get("agent"):
        _check_agent(agent)
    limit = request.args.get("limit", "0")
    query = statements.Query(
        verb=request.args.get("verb", ""),
        activity=request.args.get("activity", ""),
        registration=request.args.get("registration", ""),
        since=_moment("since"),
        until=_moment("until"),
        limit=int(limit) if limit.isdecimal() and len(limit) < 9 else 0,
        ascending=request.args.get("ascending") == "true",
        after=int(request.args.get("after", "0")) if request.args.get("after", "0").isdecimal() else 0,
    )
    found, after = statements.find_statements(_launch(), query)
    arguments = {**request.args.to_dict(), "after": str(after)}
    more = f"{url_for('xapi.find')}?{urlencode(arguments)}" if after else ""
    return jsonify(statements=found, more=more)


@blueprint.route("/activities/state", methods=METHODS, defaults={"resource": "state"})
@blueprint.route("/activities/profile", methods=METHODS, defaults={"resource": "activity"})
@blueprint.route("/agents/profile", methods=METHODS, defaults={"resource": "agent"})
def document(resource: str) -> Any:
    """Documents: state, activity profile, agent profile."""
    key = _key(resource)
    conditions = Conditions(
        request.headers.get("If-Match", ""), request.headers.get("If-None-Match", ""),
        needed=resource != "state" and request.method == "PUT",
    )  # fmt: skip
    if request.method in ("GET", "HEAD"):
        return _document(key) if key.document_id else jsonify(documents.ids(key, _moment("since")))
    if key.document_id == "LMS.LaunchData":
        raise NotAllowed("This document is the LMS's.")
    if request.method == "DELETE":
        if not key.document_id and resource != "state":
            raise Invalid(IDS[resource], f"Send {IDS[resource]}.")
        documents.forget(key, conditions)
        return Response(status=204)
    if not key.document_id:
        raise Invalid(IDS[resource], f"Send {IDS[resource]}.")
    documents.keep(
        key, request.get_data(), request.content_type or "application/octet-stream", _launch().organization_id,
        conditions, merge=request.method == "POST",
    )  # fmt: skip
    return Response(status=204)


def _document(key: Key) -> Response:
    row = documents.find_document(key)
    response = Response(row.body, content_type=row.content_type)
    # What content has kept is for scripts to read, not for a browser to open.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(row.etag)
    response.last_modified = row.updated_at
    return response


@blueprint.get("/activities")
def activity() -> Any:
    """What is known of an activity: its id."""
    return jsonify(objectType="Activity", id=_activity())


@blueprint.get("/agents")
def agent() -> Any:
    """Who the learner is: nobody but an account."""
    _check_agent(request.args.get("agent", ""))
    actor = tracking.actor_of(_launch().unit_attempt.attempt)
    return jsonify(objectType="Person", account=[actor["account"]])


def _launch() -> Launch:
    launch: Launch = g.launch
    return launch


def _key(resource: str) -> Key:
    """Which document the address names; it must be this learner's."""
    attempt = _launch().unit_attempt.attempt
    activity = "" if resource == "agent" else _activity()
    if resource != "activity":
        _check_agent(request.args.get("agent", ""))
    registration = request.args.get("registration", "").lower() if resource == "state" else ""
    if registration and registration != attempt.registration:
        raise NotAllowed("This is not the registration of the launch.")
    return Key(attempt.user_id, resource, activity, registration, request.args.get(IDS[resource], "")[:500])


def _activity() -> str:
    found = request.args.get("activityId", "")
    if not statements.is_iri(found):
        raise Invalid("activityId", "Send activityId, an IRI.")
    return found


def _check_agent(given: str) -> None:
    try:
        agent = json.loads(given)
    except (ValueError, RecursionError):
        raise Invalid("agent", "Send agent, a JSON object.") from None
    if not statements.same_agent(agent, tracking.actor_of(_launch().unit_attempt.attempt)):
        raise NotAllowed("This is not the learner of this launch.")


def _moment(name: str) -> datetime | None:
    given = request.args.get(name)
    return statements.moment(given, name) if given else None


def _json() -> Any:
    try:
        return json.loads(request.get_data().replace(b"\\u0000", b""), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid("statement", "This is no JSON.") from None


def _no_number(name: str) -> None:
    raise ValueError(name)

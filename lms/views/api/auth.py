"""Who calls: a key as a bearer, or a token that was made from one (OAuth 2 client credentials, RFC 6749, 4.4)."""

from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms import keys
from lms.keys import KeyActor
from lms.views.api import limits
from lms.views.api.problems import Problem

TOKEN_SECONDS = 900
OPEN = {"api.token", "api.openapi", "api.asyncapi", "api.docs"}
"""Endpoints that ask for no key."""
SCOPE_OF: dict[str, str] = {}
"""What a key must be made for, by endpoint; filled where the addresses are given. An endpoint that is not here, nor in
OPEN, answers nobody."""

blueprint = Blueprint("api_token", __name__)


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="api token")


def caller() -> KeyActor:
    """The key that calls."""
    actor: KeyActor = g.api_caller
    return actor


def let_in() -> None:
    """Before each request: find out who calls, count it, and see what the key is made for.

    Raises Problem 401, 429 or 403.
    """
    if request.endpoint in OPEN or request.endpoint is None:
        return
    actor = bearer()
    if actor is None:
        limits.spend(request.remote_addr or "", limits.ATTEMPTS, "attempts")
        raise Problem(
            401, "Send a key or a token as `Authorization: Bearer …`; an administrator makes keys under API keys.",
            WWW_Authenticate='Bearer realm="LMS"',
        )  # fmt: skip
    limits.spend(str(actor.id), current_app.config["API_RATE"])
    g.api_caller = actor
    if request.endpoint not in SCOPE_OF:
        raise Problem(403, "This operation does not say what a key must be made for, so none is.")
    need(SCOPE_OF[request.endpoint])


def need(scope: str) -> KeyActor:
    """The caller, if its key was made for `scope`; raises Problem 403 otherwise."""
    if not keys.may_use(caller().scopes, scope):
        raise Problem(403, f"This key is not made for {scope}. Ask an administrator for one that is.")
    return caller()


def bearer() -> KeyActor | None:
    """Who shows a key or a token; None where there is none that is good."""
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value.isascii():
        return None
    if value.startswith("lms_"):
        client_id, _dot, secret = value.partition(".")
        return keys.actor_of(client_id, secret)
    try:
        told: Any = _tokens().loads(value, max_age=TOKEN_SECONDS)
        return keys.actor_by_id(told["key"], told["scopes"])
    except BadSignature:
        return None


def token() -> Response | tuple[Response, int]:
    """A token that is good for a quarter of an hour; `scope` asks for less than the key has."""
    limits.spend(request.remote_addr or "", limits.ATTEMPTS, "attempts")
    if request.mimetype != "application/x-www-form-urlencoded":
        raise Problem(415, "Send the form as application/x-www-form-urlencoded.")
    if request.form.get("grant_type") != "client_credentials":
        return _no("unsupported_grant_type", 400)
    given = request.authorization
    basic = given is not None and given.type == "basic"
    id, secret = ((given.username, given.password) if given is not None and basic
                  else (request.form.get("client_id"), request.form.get("client_secret")))  # fmt: skip
    actor = keys.actor_of(id or "", secret or "") if (id or "").isascii() and (secret or "").isascii() else None
    if actor is None:
        return _no("invalid_client", 401)
    wanted = set(request.form.get("scope", "").split()) or set(actor.scopes)
    if not wanted <= actor.scopes:
        return _no("invalid_scope", 400)
    value = _tokens().dumps({"key": -actor.id, "scopes": sorted(wanted)})
    answer = jsonify(access_token=value, token_type="Bearer", expires_in=TOKEN_SECONDS, scope=" ".join(sorted(wanted)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _no(error: str, status: int) -> tuple[Response, int]:
    """As RFC 6749, 5.2 wants it."""
    answer = jsonify(error=error)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="LMS"'
    return answer, status

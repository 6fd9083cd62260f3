"""SCIM 2.0 under `/scim/v2`: the request for `lms.scim`, and who sends it."""

import json
from importlib import import_module
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from lms import keys
from lms.db import db
from lms.errors import Refusal
from lms.extensions import csrf
from lms.origin import Origin, working_for
from lms.views.api import auth, limits, problems

blueprint = Blueprint("scim", __name__, url_prefix="/scim/v2")

SCOPE = "scim"
MEDIA_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
log = structlog.get_logger(__name__)


def register(app: Flask) -> None:
    """Add it; its callers have no session, so there is nothing to forge (CSRF)."""
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


@blueprint.before_request
def remember_door() -> None:
    """What is broadcast from here came through SCIM."""
    g.origin.__exit__(None, None, None)
    g.origin = working_for(Origin(g.request_id, request.remote_addr, "scim"))
    g.origin.__enter__()


@blueprint.route("/", methods=METHODS, provide_automatic_options=False)
@blueprint.route("/<path:path>", methods=METHODS, provide_automatic_options=False)
def serve(path: str = "") -> Response:
    """Any request of SCIM; what there is to ask for is not told without a key, except how to send one."""
    actor = None if path == "ServiceProviderConfig" and request.method == "GET" else _let_in()
    scim = import_module("lms.scim")  # its libraries take 15 MB: only a process that is asked for it has them
    answer = scim.answer(scim.ScimRequest(
        method=request.method,
        base_url=current_app.config["PUBLIC_URL"] + (blueprint.url_prefix or ""),
        path=f"/{path.removesuffix('.scim')}",
        query=request.args.to_dict(),
        headers=list(request.headers),
        body=request.get_data(),
    ), actor)  # fmt: skip
    body = b"" if answer.body is None else json.dumps(answer.body).encode()
    response = Response(body, answer.status.value, answer.headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _let_in() -> keys.KeyActor:
    """Who calls; raises Problem 401, 403 (a key that was made for something else) or 429."""
    actor = auth.bearer()
    if actor is None:
        limits.spend(request.remote_addr or "", limits.ATTEMPTS, "attempts")
        raise problems.Problem(
            401, "Send a key with the scope scim as Authorization: Bearer; an administrator makes it under API keys.",
            WWW_Authenticate='Bearer realm="SCIM"',
        )  # fmt: skip
    limits.spend(str(actor.id), current_app.config["API_RATE"])
    if not keys.may_use(actor.scopes, SCOPE):
        raise problems.Problem(403, "This key is not made for scim. Ask an administrator for one that is.")
    return actor


def _refused(status: int, detail: str, headers: Any = ()) -> Response:
    db.session.rollback()
    body = json.dumps({"schemas": [ERROR], "status": str(status), "detail": detail})
    return Response(body, status, dict(headers), content_type=MEDIA_TYPE)


@blueprint.errorhandler(problems.Problem)
def _problem(error: problems.Problem) -> Response:
    return _refused(error.status, error.detail, error.headers)


@blueprint.errorhandler(Refusal)
def _refusal(error: Refusal) -> Response:
    return _refused(error.status, error.message)


@blueprint.errorhandler(HTTPException)
def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return _refused(code, problems.WORDS.get(code, error.name), kept)


blueprint.after_request(limits.tell)

"""The REST API, `/api/v1`: for programs, which show a key."""

from flask import Blueprint, Flask, g, request
from werkzeug.exceptions import HTTPException

from lms.db import db
from lms.errors import Refusal
from lms.extensions import csrf
from lms.origin import Origin, working_for
from lms.views.api import auth, docs, endpoints, limits, problems, transfers

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.add_url_rule("/token", "token", auth.token, methods=["POST"])
docs.register(blueprint)
endpoints.register(blueprint)
transfers.register(blueprint)
blueprint.before_request(auth.let_in)
blueprint.after_request(limits.tell)


@blueprint.before_request
def remember_door() -> None:
    """What is broadcast from here came through the API."""
    g.origin.__exit__(None, None, None)
    g.origin = working_for(Origin(g.request_id, request.remote_addr, "api"))
    g.origin.__enter__()


def register(app: Flask) -> None:
    """Add the API; its callers have no session, so there is nothing to forge (CSRF)."""
    limits.register(app)
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


def _as_document(error: Exception) -> problems.Response:
    db.session.rollback()
    return problems.of(error)


for kind in (problems.Problem, Refusal, HTTPException):
    blueprint.register_error_handler(kind, _as_document)
__all__ = ["blueprint", "problems", "register", "transfers"]

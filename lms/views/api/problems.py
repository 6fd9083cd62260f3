"""Refusals and failures of the API as problem documents (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from lms.errors import Invalid, Refusal

PREFIX = "/api/"
MEDIA = "application/problem+json"


class Problem(Exception):
    """What the API itself refuses: a header that is missing, a body that cannot be read."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.errors: dict[str, str] = {}


class Unreadable(Problem):
    """Arguments of the address that cannot be accepted, each with its reason."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(400, next(iter(errors.values())))
        self.errors = dict(errors)


def is_for_programs() -> bool:
    """Whether the request at hand is one of the API's, so that a program reads the answer."""
    return request.path.startswith(PREFIX)


def document(
    status: int, detail: str, errors: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer: `detail` says what to do about it, `errors` which fields it is about."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Problem"
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail or title}
    if errors:
        body["errors"] = dict(errors)
    return Response(json.dumps(body), status, headers=dict(headers or {}), mimetype=MEDIA)


def of(error: Exception) -> Response:
    """Any of our errors, and any of HTTP's, as a document."""
    if isinstance(error, Problem):
        return document(error.status, error.detail, error.errors, error.headers)
    if isinstance(error, Invalid):
        return document(error.status, error.message, error.errors)
    if isinstance(error, Refusal):
        return document(error.status, error.message)
    assert isinstance(error, HTTPException)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return document(error.code or 500, WORDS.get(error.code or 500, ""), headers=kept)


WORDS = {
    400: "The request cannot be read.",
    404: "There is nothing at this address.",
    405: "This address does not take this method; `Allow` says which it takes.",
    413: "That is more than can be sent at once.",
    415: "Send the body as application/json.",
    500: "Something failed on our side. It is logged under the request's id; please try again later.",
}

"""What can go wrong, as exceptions; what the LMS answers with a problem document (RFC 9457) keeps its fields."""

import json
from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """Base of all of them."""


class Unreachable(ClientError):
    """Nobody answers at the address, or the connection broke off."""


class Problem(ClientError):
    """The LMS refused: `detail` says what to do about it, `errors` which fields or arguments it is about."""

    def __init__(self, status: int, detail: str, errors: Mapping[str, str] | None = None, title: str = "") -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in (errors or {}).items()) or detail)
        self.status, self.detail, self.title = status, detail, title
        self.errors: dict[str, str] = dict(errors or {})


class Forbidden(Problem):
    """No key, one that is no longer good, or one that is not made for this (401, 403)."""


class Gone(Problem):
    """There is no such object, or it belongs to another organization (404)."""


class Conflict(Problem):
    """It is not possible as things are (409)."""


class Stale(Problem):
    """Somebody changed the object since it was read (412)."""


class Invalid(Problem):
    """A field or an argument cannot be accepted; `errors` says which (400, 422)."""


KINDS: dict[int, type[Problem]] = {
    400: Invalid, 401: Forbidden, 403: Forbidden, 404: Gone, 409: Conflict, 412: Stale, 422: Invalid,
}  # fmt: skip


def problem_of(status: int, body: bytes) -> Problem:
    """The exception for an answer that is none of the good ones, whatever is in it."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        told = {}
    errors = told.get("errors")
    return KINDS.get(status, Problem)(
        status,
        str(told.get("detail") or f"The server answered {status} and does not say why."),
        {str(name): str(text) for name, text in errors.items()} if isinstance(errors, dict) else None,
        str(told.get("title") or ""),
    )

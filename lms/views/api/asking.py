"""Reading what a program asks for: the arguments of a list, the body of a write, and whether it has what it changes."""

import base64
import hashlib
import json
from datetime import date, datetime
from typing import Any

from flask import request

from lms.resources import Resource
from lms.views.api.problems import Problem, Unreadable

LARGEST_PAGE = 200
USUAL_PAGE = 50
LARGEST_ID = 2**63 - 1
PAGING = ("cursor", "limit", "fields", "updated_since")
JSON_MEDIA = ("application/json", "application/merge-patch+json")


class Asked:
    """What a list was asked for; raises Unreadable with a reason for each argument that cannot be accepted."""

    def __init__(self, resource: Resource, *, is_list: bool = True) -> None:
        self.errors: dict[str, str] = {}
        self.resource = resource
        filters = [field.name for field in resource.fields if field.filter] if is_list else []
        arguments = [one.name for one in resource.arguments] if is_list else []
        known = {*filters, *arguments, *(PAGING if is_list else ("fields",))}
        for name in request.args:
            if name not in known:
                self.errors[name] = f"There is no argument of this name; there are {', '.join(sorted(known))}."
        self.fields = self._fields()
        self.limit = self._limit()
        self.after = self._cursor()
        self.since = self._since()
        types = {name: resource.by_name[name].type for name in filters}
        self.filters = {name: self._value(name, types[name]) for name in filters if name in request.args}
        types = {one.name: one.type for one in resource.arguments}
        self.arguments = {name: self._value(name, types[name]) for name in arguments if name in request.args}
        if self.errors:
            raise Unreadable(self.errors)

    def _fields(self) -> list[str]:
        names = [name for name in request.args.get("fields", "").split(",") if name]
        unknown = [name for name in names if name not in self.resource.by_name]
        if unknown:
            self.errors["fields"] = f"There are these fields: {', '.join(self.resource.by_name)}."
        return names

    def _limit(self) -> int:
        text = request.args.get("limit", str(USUAL_PAGE))
        if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= LARGEST_PAGE:
            self.errors["limit"] = f"Give a number from 1 to {LARGEST_PAGE}."
            return USUAL_PAGE
        return int(text)

    def _cursor(self) -> int | None:
        text = request.args.get("cursor")
        if text is None:
            return None
        try:
            return int(json.loads(base64.urlsafe_b64decode(text.encode()))["after"])
        except (ValueError, TypeError, KeyError):
            self.errors["cursor"] = "This is not a cursor that we gave. Begin without one."
            return None

    def _since(self) -> datetime | None:
        text = request.args.get("updated_since")
        if text is None:
            return None
        moment = as_moment(text)
        if moment is None or "updated_at" not in self.resource.by_name:
            self.errors["updated_since"] = (
                "Give a moment as in RFC 3339, such as 2026-03-01T12:00:00Z."
                if moment is None else "These objects do not change."
            )  # fmt: skip
        return moment

    def _value(self, name: str, kind: str) -> Any:
        text = request.args[name]
        if kind == "integer":
            digits = text.removeprefix("-")
            if digits.isascii() and digits.isdecimal() and len(digits) < 20 and abs(int(text)) <= LARGEST_ID:
                return int(text)
            self.errors[name] = "Give a whole number."
        elif kind == "boolean":
            if text in ("true", "false"):
                return text == "true"
            self.errors[name] = "Give true or false."
        elif kind == "date":
            day = as_day(text)
            if day is None:
                self.errors[name] = "Give a day, such as 2026-03-31."
            return day
        elif not is_text(text):
            self.errors[name] = "This has characters that no text has."
        return text


def cursor_after(id: int) -> str:
    """The cursor of the page that begins after this id."""
    return base64.urlsafe_b64encode(json.dumps({"after": id}).encode()).decode()


def as_moment(text: str) -> datetime | None:
    """A moment as in RFC 3339; None where it is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone()
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None and 1900 < moment.year < 9000 else None


def as_day(text: str) -> date | None:
    """A day as in RFC 3339; None where it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_text(text: str) -> bool:
    """Whether a database can keep it: no NUL and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def body() -> dict[str, Any]:
    """The JSON object that was sent; raises Problem 415 or 400."""
    if request.mimetype not in JSON_MEDIA:
        raise Problem(415, "Send the body as application/json.")
    try:
        sent = json.loads(request.get_data(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None
    if not isinstance(sent, dict):
        raise Problem(400, "Send a JSON object, in braces.")
    for name, value in sent.items():
        if not _is_clean(name) or not _is_clean(value):
            raise Unreadable({name if is_text(name) else "body": "This has characters that no text has."})
    return sent


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _is_clean(value: Any) -> bool:
    if isinstance(value, str):
        return is_text(value)
    if isinstance(value, list):
        return all(_is_clean(one) for one in value)
    if isinstance(value, dict):
        return all(_is_clean(name) and _is_clean(one) for name, one in value.items())
    return True


def etag(representation: dict[str, Any]) -> str:
    """The tag of what an object shows now."""
    return hashlib.sha256(json.dumps(representation, sort_keys=True).encode()).hexdigest()[:32]


def check_match(tag: str) -> None:
    """Raise Problem 428 when `If-Match` is missing, 412 when the object is another one by now."""
    if "If-Match" not in request.headers:
        raise Problem(428, "Send `If-Match` with the ETag of what you have seen, so that nobody's change is lost.")
    if not request.if_match.contains(tag):
        raise Problem(412, "Somebody has changed this meanwhile. Read it again, then try again.")


def request_hash() -> str:
    """Of method, address and body."""
    parts = (request.method.encode(), request.full_path.encode(), request.get_data())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()

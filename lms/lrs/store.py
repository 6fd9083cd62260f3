"""Calls to a learning record store (xAPI 1.0.3, part 3): statements there, statements back."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from lms.events import Unavailable
from lms.lrs.addresses import problem_with
from lms.lrs.models import LrsConnection
from lms.lrs.settings import Settings, opened

VERSION = "1.0.3"
AT_ONCE = 50
"""Statements in one call."""
LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes."""
ITS_FAULT = (400, 413, 422)
"""Answers that are about the statements; every other refusal is about the connection."""


class Refused(Exception):
    """The store answers, and does not take a statement as it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of statements: where the next one is, and up to when the store vouches that none is missing."""

    statements: list[dict[str, Any]]
    more: str
    complete_until: datetime | None


class Store:
    """The store of one organization. Raises Unavailable when it does not answer, or not to us."""

    def __init__(self, connection: LrsConnection) -> None:
        self.endpoint = connection.endpoint
        secret = opened(connection.secret)
        if secret is None:
            raise Unavailable("The secret cannot be read any more: SECRET_KEY was changed. Fill it in again.")
        self.auth = httpx.BasicAuth(connection.username.encode(), secret.encode())

    def send(self, statements: Sequence[Mapping[str, Any]]) -> None:
        """Have them kept. One that is there already, by its id, is not sent in vain: that is what was wanted.

        Raises Refused, with the store's words, for what it does not take.
        """
        for place in range(0, len(statements), AT_ONCE):
            some = list(statements[place : place + AT_ONCE])
            if self._call("POST", f"{self.endpoint}/statements", content=_json(some)).status_code == 409:
                for one in some:
                    self._call("PUT", f"{self.endpoint}/statements", {"statementId": one["id"]}, content=_json(one))

    def read(self, since: datetime | None, more: str, limit: int = 100) -> Answer:
        """The page at `more`, or the first of what was stored after `since`; the oldest first."""
        url, params = f"{self.endpoint}/statements", {"ascending": "true", "limit": str(limit)}
        if more:
            url, params = self._at_home(more), {}
        elif since is not None:
            params["since"] = since.isoformat().replace("+00:00", "Z")
        answer = self._call("GET", url, params)
        try:
            told = _read(answer.content)
            statements, further = told["statements"], told.get("more") or ""
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Unavailable("What it answers are no statements. Is this the address of its xAPI?") from None
        if not isinstance(statements, list) or not isinstance(further, str):
            raise Unavailable("What it answers are no statements. Is this the address of its xAPI?")
        complete = as_moment(answer.headers.get("X-Experience-API-Consistent-Through"))
        return Answer([one for one in statements if isinstance(one, dict)], further, complete)

    def _at_home(self, more: str) -> str:
        url = urljoin(f"{self.endpoint}/", more)
        if urlsplit(url)[:2] != urlsplit(self.endpoint)[:2]:
            raise Unavailable("It says that its next page is on another server.")
        return url

    def _call(
        self, method: str, url: str, params: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        if problem := problem_with(self.endpoint):
            raise Unavailable(problem)
        headers = {"X-Experience-API-Version": VERSION, "Content-Type": "application/json"}
        try:
            # Redirects are not followed: they could lead inside, and the secret would go along.
            with (
                httpx.Client(auth=self.auth, timeout=Settings.timeout, follow_redirects=False) as client,
                client.stream(method, url, params=params or None, content=content, headers=headers) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST_ANSWER:
                        raise Unavailable("Its answer is larger than we read.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"It does not answer ({error or type(error).__name__}).") from error
        if answer.is_success or (answer.status_code == 409 and method != "GET"):
            return httpx.Response(answer.status_code, headers=_plain(answer.headers), content=body)
        words = body[:300].decode("utf-8", "replace").strip()
        if answer.status_code in ITS_FAULT and method != "GET":
            raise Refused(f"{answer.status_code} {words}".strip())
        raise Unavailable(_words(answer.status_code, words))


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Without those that say how the body came: it is unpacked by now."""
    return {name: value for name, value in headers.items() if name.startswith("x-")}


def _words(status: int, words: str) -> str:
    if status in (401, 403):
        return f"It does not accept key and secret for this ({status})."
    return f"It answers {status}. {words}".strip()


def _read(content: bytes) -> Any:
    """JSON as a database can keep it: without NUL, halves of surrogate pairs, and numbers that are none."""
    told = json.loads(content.replace(b"\\u0000", b""), parse_constant=lambda _name: None, parse_float=_finite)
    return json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_moment(text: Any) -> datetime | None:
    """A moment with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None and 1900 < found.year < 9000 else None

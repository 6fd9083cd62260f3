"""Sending requests: with the key, again after 429 and 503 when the LMS says so, refusals as exceptions."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx

from .problems import ClientError, Unreachable, problem_of

API = "/api/v1"
LATER = (429, 503)
"""Answers after which the same request is sent again."""
Content = Callable[[], Iterable[bytes]]
"""Gives a body from its start, as often as it has to be sent."""


class Connection:
    """An address and a key. `timeout` is in seconds, `retries` how often a request is sent again at most."""

    def __init__(self, address: str, key: str, *, timeout: float = 30, retries: int = 5, longest: float = 120) -> None:
        self.base = httpx.URL(address.rstrip("/").removesuffix(API) + API)
        if self.base.scheme not in ("http", "https") or not self.base.host:
            raise ClientError(f"{address!r} is not an address such as https://lms.example.")
        self.retries, self.longest = retries, longest
        # Redirects are not followed: the key would go along.
        self.http = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=timeout, follow_redirects=False)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def url(self, path: str) -> httpx.URL:
        """A path under the API's address, or an address that the LMS gave; raises ClientError for another server's."""
        if not path.startswith(("http://", "https://", f"{self.base.path}/")):
            return httpx.URL(f"{self.base}{path}")
        url = self.base.join(path)
        if (url.scheme, url.host, url.port) != (self.base.scheme, self.base.host, self.base.port):
            raise ClientError(f"{url} is another server's.")
        return url

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> httpx.Response:
        """One request, sent again as told; `repeatable` also when the connection broke off.

        Raises Problem for what the LMS refuses, Unreachable when it does not answer.
        """
        attempt = 0
        while True:
            attempt += 1
            last = attempt > self.retries
            try:
                body = content() if content is not None else None
                answer = self.http.request(
                    method, self.url(path), params=params or None, json=json, content=body, headers=headers
                )
            except httpx.TransportError as error:
                if last or not repeatable:
                    raise Unreachable(f"{self.base.host} does not answer ({error or type(error).__name__}).") from error
                time.sleep(self._wait(attempt, None))
                continue
            if answer.status_code in LATER and not last:
                time.sleep(self._wait(attempt, answer.headers.get("Retry-After")))
                continue
            if not answer.is_success:
                raise problem_of(answer.status_code, answer.content)
            return answer

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """The body of an answer piece by piece, for files of any size."""
        attempt = 0
        try:
            while True:
                attempt += 1
                with self.http.stream("GET", self.url(path)) as answer:
                    if answer.status_code not in LATER or attempt > self.retries:
                        if not answer.is_success:
                            raise problem_of(answer.status_code, answer.read())
                        yield answer.iter_bytes()
                        return
                    wait = self._wait(attempt, answer.headers.get("Retry-After"))
                time.sleep(wait)
        except httpx.TransportError as error:
            raise Unreachable(f"The file broke off ({error or type(error).__name__}).") from error

    def _wait(self, attempt: int, told: str | None) -> float:
        """Seconds: what the LMS told, as a number or a moment (RFC 9110, 10.2.3), else 1, 2, 4, …"""
        seconds = 2.0 ** (attempt - 1)
        if told is not None and told.strip().isdecimal():
            seconds = float(told)
        elif told:
            with suppress(TypeError, ValueError):
                seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        return max(0.0, min(seconds, self.longest))

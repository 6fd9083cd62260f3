"""Taking the quiz as the player does: start, one answer after the other, finish; a failed answer is sent again."""

import html
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from bench.visitor import HEADER

AT_ONCE = 50
TRIES = 5


class RefusedError(Exception):
    """The site did not answer as it should."""


@dataclass
class Learner:
    """Somebody who is signed in, and what they did."""

    path: str
    cookie: str
    token: str
    times: list[float] = field(default_factory=list)
    """Milliseconds of each request."""
    answers: dict[str, str] = field(default_factory=dict)
    """What was sent and accepted, by key."""
    attempt: int = 0
    again: int = 0
    """How often something had to be sent again."""

    def take(self, port: int, effects: str) -> None:
        """Go through the quiz; `effects` is the header's word for `bench.site`."""
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Cookie": self.cookie, "User-Agent": "bench", HEADER: effects, "X-CSRFToken": self.token}
        form = urlencode({"csrf_token": self.token})
        as_form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        as_json = {**headers, "Content-Type": "application/json", "Accept": "application/json"}
        self._ask(connection, "POST", f"{self.path}/start", form, as_form, 302)
        page = self._ask(connection, "GET", self.path, None, headers, 200)
        found = re.search(r'data-attempt="(\d+)"', page)
        if found is None:
            raise RefusedError(page[:2000])
        self.attempt = int(found[1])
        for number, (key, option) in enumerate(questions(page)):
            sent = {"key": key, "answer": option, "client_id": f"{self.attempt}-{number}"}
            here = f"/learn/attempts/{self.attempt}/answers"
            said = json.loads(self._ask(connection, "POST", here, json.dumps(sent), as_json, 200))
            if said["saved"]:
                self.answers[key] = option
        self._ask(connection, "POST", f"{self.path}/done", form, as_form, 302)
        connection.close()

    def _ask(
        self, connection: HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str], wanted: int
    ) -> str:
        for _ in range(TRIES):
            start = time.perf_counter()
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
            except (OSError, HTTPException):
                # Closed meanwhile: the site keeps an idle connection for two seconds.
                connection.close()
                self.again += 1
                continue
            if answer.status == wanted:
                self.times.append((time.perf_counter() - start) * 1000)
                return text
            if answer.status < 500:
                raise RefusedError(f"{method} {path} answered {answer.status}: {text[:2000]}")
            self.again += 1
        raise RefusedError(f"{method} {path} failed {TRIES} times")


def questions(page: str) -> Iterator[tuple[str, str]]:
    """Each question's key in the player's page, with the first of its options."""
    for part in page.split('class="panel asked"')[1:]:
        key = re.search(r'data-key="([^"]+)"', part)
        option = re.search(r'type="radio"[^>]* value="([^"]+)"', part)
        if key and option:
            yield html.unescape(key[1]), option[1]


def take_at_once(learners: list[Learner], port: int, effects: str) -> float:
    """All of them, AT_ONCE at a time; returns the seconds it took."""
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(learner.take, port, effects) for learner in learners]:
            done.result()
    return time.perf_counter() - start

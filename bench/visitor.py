"""A person in front of the site: signs in, then adds subjects to a course and looks at the clock."""

import re
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode

HEADER = "X-Effects"
"""Says what becomes of a subject's four effects; see `bench.site`."""


class RefusedError(Exception):
    """The site did not answer a form as it answers one that was accepted."""


class Visitor:
    """One connection to the site, with the cookies and the token of somebody who is signed in."""

    def __init__(self, port: int, email: str, password: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self._read_token("/login")
        self._post("/login", {"email": email, "password": password}, {})
        self._read_token("/")

    def add_subject(
        self, course_id: int, content_id: int, effects: str = "broadcast", title: str = "One more"
    ) -> float:
        """Milliseconds from asking to the answer; raises RefusedError if the subject was not added."""
        form = {"title": title, "content_id": content_id}
        start = time.perf_counter()
        self._post(f"/courses/{course_id}/subjects/new", form, {HEADER: effects})
        return (time.perf_counter() - start) * 1000

    def _post(self, path: str, form: Mapping[str, object], headers: dict[str, str]) -> None:
        body = urlencode({**form, "csrf_token": self.token})
        status, page = self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"} | headers)
        if status != 302:
            raise RefusedError(f"{path} answered {status}: {page}")

    def _read_token(self, path: str) -> None:
        _status, page = self._ask("GET", path, None, {})
        found = re.search('name="csrf-token" content="([^"]+)"', page)
        if found is None:
            raise RefusedError(f"{path} has no token: {page}")
        self.token = found[1]

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers | {"Cookie": cookies})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, page

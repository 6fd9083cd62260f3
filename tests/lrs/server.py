"""A learning record store on this machine: the statements resource of xAPI 1.0.3, as strict as the standard."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lms.db import utcnow
from lms.errors import Invalid
from lms.tracking import statements

USER, SECRET = "our key", "our secret"
SOMEBODY = {"account": {"homePage": "https://x.example", "name": "x"}}


class Lrs(ThreadingHTTPServer):
    """Keeps statements by id, in the order in which they came."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.says: int = 0
        """A status that it answers instead of doing anything."""
        self.page = 100
        self.forgets_pages = False
        self.complete_until: datetime | None = None
        self.clock = utcnow() - timedelta(days=1)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}/xapi"

    def keep(self, body: dict[str, Any], same_moment: bool = False) -> None:
        """Store a statement, a second after the one before."""
        self.clock += timedelta(seconds=0 if same_moment else 1)
        self.kept[body["id"]] = {**body, "stored": as_text(self.clock), "version": "1.0.0"}

    def sent(self) -> list[dict[str, Any]]:
        """What it has."""
        return list(self.kept.values())


def as_text(moment: datetime) -> str:
    """As a store writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Lrs

    def answer(self, status: int, body: Any = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if self.server.complete_until is not None:
            self.send_header("X-Experience-API-Consistent-Through", as_text(self.server.complete_until))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def is_let_in(self) -> bool:
        """Whether key, version and mood are right; answers where they are not."""
        self.server.calls.append(f"{self.command} {self.path}")
        self.body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        wanted = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {wanted}":
            self.answer(401)
        elif not (self.headers["X-Experience-API-Version"] or "").startswith("1.0"):
            self.answer(400, "version")
        elif self.server.says:
            self.answer(self.server.says, "Not today")
        elif not self.path.startswith("/xapi/statements"):
            self.answer(404)
        else:
            return True
        return False

    def do_POST(self) -> None:
        if self.is_let_in():
            bodies = json.loads(self.body)
            self.take(bodies if isinstance(bodies, list) else [bodies])

    def do_PUT(self) -> None:
        if self.is_let_in():
            body = json.loads(self.body)
            assert dict(parse_qsl(urlsplit(self.path).query))["statementId"] == body["id"]
            self.take([body])

    def take(self, bodies: list[dict[str, Any]]) -> None:
        """All or none: 400 for what is no statement, 409 for an id that has another one."""
        for body in bodies:
            agent = body["actor"]
            assert agent["objectType"] == "Agent"
            assert ("mbox" in agent) != ("account" in agent)
            try:
                statements.check({**body, "actor": SOMEBODY}, SOMEBODY)
            except Invalid as error:
                self.answer(400, error.message)
                return
            known = self.server.kept.get(body["id"])
            if known is not None and statements.comparable(known) != statements.comparable(body):
                self.answer(409, "There is another one")
                return
        for body in bodies:
            if body["id"] not in self.server.kept:
                self.server.keep(body)
        self.answer(200, [body["id"] for body in bodies])

    def do_GET(self) -> None:
        if not self.is_let_in():
            return
        asked = dict(parse_qsl(urlsplit(self.path).query))
        assert asked["ascending"] == "true"
        if "from" in asked and self.server.forgets_pages:
            self.answer(404)
            return
        found = list(self.after(asked.get("since")))[int(asked.get("from", 0)) :]
        size = min(int(asked.get("limit", 100)), self.server.page)
        more = ""
        if len(found) > size:
            since = f"&since={asked['since']}" if "since" in asked else ""
            more = f"/xapi/statements?ascending=true&from={int(asked.get('from', 0)) + size}{since}"
        self.answer(200, {"statements": found[:size], "more": more})

    def after(self, since: str | None) -> Iterator[dict[str, Any]]:
        """Stored later than this."""
        for body in self.server.kept.values():
            if since is None or datetime.fromisoformat(body["stored"]) > datetime.fromisoformat(since):
                yield body

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

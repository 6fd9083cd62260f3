"""Real servers that receive webhooks, endpoints that point to them, and a clock that can be set."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms import webhooks
from lms.accounts import User
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.webhooks import EndpointAttrs, WebhookEndpoint, WebhookMessage

ALLOWED = {"WEBHOOKS_ALLOW_HTTP": True, "WEBHOOKS_ALLOW_INTERNAL": True, "WEBHOOKS_TIMEOUT": 1.0}


@dataclass
class Receiver:
    """What a server received, and what it answers: by turns, the last one for good."""

    url: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(200, {})])
    body: bytes = b"thanks"
    delay: float = 0
    drip: float = 0
    """Seconds between the bytes of its header."""


def handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            receiver.received.append(({k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length)))
            time.sleep(receiver.delay)
            while receiver.drip:
                try:
                    self.wfile.write(b"H")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(receiver.drip)
            status, headers = receiver.answers[0] if len(receiver.answers) == 1 else receiver.answers.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    return Handler


class Quiet(ThreadingHTTPServer):
    """Clients that hang up are no news."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@pytest.fixture
def start_receiver() -> Iterator[Callable[..., Receiver]]:
    """Starts a server."""
    with ExitStack() as stack:

        def start(**options: Any) -> Receiver:
            receiver = Receiver(**options)
            server = Quiet(("127.0.0.1", 0), handler_of(receiver))
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
            return receiver

        yield start


@pytest.fixture
def receiver(start_receiver: Callable[..., Receiver]) -> Receiver:
    """A server that takes everything."""
    return start_receiver()


@pytest.fixture
def config(app: Flask) -> Iterator[dict[str, Any]]:
    """An installation for development: plain HTTP and this machine are allowed."""
    settings = {**app.config, **ALLOWED}
    webhooks.configure(settings)
    yield settings
    webhooks.configure(app.config)


@pytest.fixture
def endpoint_for(config: dict[str, Any], admin: User, author: User) -> Callable[..., WebhookEndpoint]:
    """Makes an endpoint that points to a server."""

    def make(receiver: Receiver, title: str = "Personnel", actor: User = admin, **attrs: Any) -> WebhookEndpoint:
        return webhooks.create_endpoint(EndpointAttrs(title=title, url=receiver.url, **attrs), actor)

    return make


@pytest.fixture
def endpoint(author: User, endpoint_for: Callable[..., WebhookEndpoint], receiver: Receiver) -> WebhookEndpoint:
    """One that hears everything, from after the author came, and is told it at `receiver`."""
    return endpoint_for(receiver)


@dataclass
class Clock:
    """Now, as far as the sender knows."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


@pytest.fixture
def send(config: dict[str, Any]) -> Callable[..., int]:
    """Sends what is due, `ahead` of the real time."""

    def go(ahead: timedelta = timedelta(0), **options: Any) -> int:
        return webhooks.send_waiting(config, Clock(ahead), **options)

    return go


def hear() -> None:
    """Deliver every change that there is to the subscriber."""
    outcome = deliver(EventCenter.subscribers["webhooks"], list(db.session.scalars(select(Change.id))))
    assert not outcome.waiting, outcome


def messages() -> list[WebhookMessage]:
    """All of them, in their order, as they are now."""
    db.session.expire_all()
    return list(db.session.scalars(select(WebhookMessage).order_by(WebhookMessage.id)))

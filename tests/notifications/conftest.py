"""A real mail server, and what it received."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from flask import Flask

from tests import services


class Post:
    """A mail server's handler: keeps what it receives; answers are set by address."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.senders: list[str] = []
        """Of the envelopes."""
        self.connections = 0
        self.answers: dict[str, str] = {}
        """What it says to a recipient's address instead of taking the mail."""
        self.drops_after: int | None = None
        """It hangs up after this many messages over one connection."""

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        session.taken = 0
        return "250 HELP"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        if self.drops_after is not None and session.taken >= self.drops_after:
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        session.taken += 1
        self.recipients.append(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from)
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mail_port(app: Flask) -> Iterator[int]:
    """The port the application sends mail to; nothing listens there yet."""
    port = services.free_port()
    state = app.extensions["mail"]
    before = state.port, state.username, state.password
    state.port = port
    yield port
    state.port, state.username, state.password = before


@pytest.fixture
def start_server(mail_port: int) -> Iterator[Callable[..., Post]]:
    """Starts a real SMTP server on `mail_port`."""
    with ExitStack() as stack:

        def start(**options) -> Post:
            post = Post()
            controller = Controller(post, hostname="127.0.0.1", port=mail_port, **options)
            controller.start()
            stack.callback(controller.stop)
            return post

        yield start


@pytest.fixture
def post(start_server: Callable[..., Post]) -> Post:
    """A server that takes everything."""
    return start_server()


def refuse_sign_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    """An authenticator for which every password is wrong."""
    return AuthResult(success=False, handled=False)

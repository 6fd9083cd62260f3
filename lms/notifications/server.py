"""The mail server as the outbox sees it: one connection, opened when needed, and who is to blame for an error."""

import smtplib
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from flask_mail import Connection, Message

from lms.extensions import mail


class ServerDown(Exception):
    """The server cannot be used at the moment, whatever the letter: not reached, hung, or it refuses us altogether."""


class Dropped(Exception):
    """The connection broke while this letter was sent; another connection may do better."""


class Refused(Exception):
    """The server does not take this letter; `is_final` tells whether it will not take it later either."""

    def __init__(self, error: smtplib.SMTPException, is_final: bool) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.is_final = is_final


class _PatientConnection(Connection):
    """Flask-Mail's connection, with a limit to how long it waits for the server."""

    def __init__(self, timeout: float) -> None:
        super().__init__(mail.connect().mail)
        self.timeout = timeout

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect and sign in; over TLS only to a server whose certificate is valid for its name."""
        where: dict[str, Any] = {"host": self.mail.server, "port": self.mail.port, "timeout": self.timeout}
        certificates = ssl.create_default_context()
        host = smtplib.SMTP_SSL(**where, context=certificates) if self.mail.use_ssl else smtplib.SMTP(**where)
        if self.mail.use_tls:
            host.starttls(context=certificates)
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)
        return host


class MailServer:
    """Sends messages over one connection, a new one after a drop; used as a context manager, which says goodbye."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._connection: _PatientConnection | None = None
        self._has_dropped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None and self._connection.host is not None:
            with suppress(OSError):
                self._connection.host.quit()

    def send(self, message: Message) -> None:
        """Send one message; raises Refused, Dropped or ServerDown.

        A second drop with nothing sent in between is ServerDown: a server that hangs would otherwise cost
        its timeout for every letter.
        """
        connection = self._connection or self._connect()
        try:
            connection.send(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reply in error.recipients.values()]
            self._judge(error, codes[0])
        except smtplib.SMTPSenderRefused as error:
            raise ServerDown(_text(error)) from error  # the sender is the same in every letter
        except smtplib.SMTPResponseException as error:
            self._judge(error, error.smtp_code)
        except OSError as error:
            self._drop(error)
        self._has_dropped = False

    def _connect(self) -> _PatientConnection:
        connection = _PatientConnection(self.timeout)
        try:
            connection.__enter__()
        except OSError as error:  # smtplib's own errors are among them
            raise ServerDown(_text(error)) from error
        self._connection = connection
        return connection

    def _judge(self, error: smtplib.SMTPException, code: int) -> None:
        """A code from 500 on is final, one below is not (RFC 5321, 4.2.1); 421 ends the connection (4.5.5)."""
        if code == 421:
            self._drop(error)
        self._has_dropped = False
        raise Refused(error, is_final=code >= 500) from error

    def _drop(self, error: OSError) -> None:
        if self._connection is not None and self._connection.host is not None:
            self._connection.host.close()
        self._connection = None
        if self._has_dropped:
            raise ServerDown(_text(error)) from error
        self._has_dropped = True
        raise Dropped(_text(error)) from error


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

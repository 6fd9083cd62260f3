"""The mail server as the outbox sees it: one connection, opened when needed, and who is to blame for an error."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn, Self

from flask_mail import Connection

from lms.extensions import mail


class ServerDown(Exception):
    """The server cannot be used at the moment, whatever the letter: not reached, hung, or it refuses us altogether."""


class Dropped(Exception):
    """The connection broke while this letter was sent; another connection may do better."""


class Refused(Exception):
    """The server does not take this letter; `is_final` tells whether it will not take it later either."""

    def __init__(self, error: smtplib.SMTPException, is_final: bool, answer: str) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.is_final = is_final
        self.answer = answer


Envelope = tuple[str, str, bytes]
"""Envelope sender, recipient, and the message as it goes over the line."""


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
        host.ehlo_or_helo_if_needed()
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

    def send(self, sender: str, recipient: str, data: bytes) -> None:
        """Send one message to one person; raises Refused, Dropped or ServerDown.

        A second drop with nothing sent in between is ServerDown: a server that hangs would otherwise cost
        its timeout for every letter.
        """
        host = self._host()
        try:
            _transmit(host, sender, recipient, data)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, words)] = error.recipients.values()
            self._judge(error, code, words)
        except smtplib.SMTPSenderRefused as error:
            raise ServerDown(_text(error)) from error  # the sender is the same in every letter
        except smtplib.SMTPResponseException as error:
            self._judge(error, error.smtp_code, error.smtp_error)
        except OSError as error:
            self._drop(error)
        self._has_dropped = False

    @property
    def takes_groups(self) -> bool:
        """Whether several messages may go in one write: the server has CHUNKING (RFC 3030) and PIPELINING."""
        host = self._host()
        return bool(host.has_extn("chunking") and host.has_extn("pipelining") and host.has_extn("8bitmime"))

    def send_group(self, envelopes: Sequence[Envelope]) -> Iterator[Refused | Dropped | None]:
        """Send several messages in one write, each to one person; yields for each, in their order, None for taken.

        Raises ServerDown as `send` does; what was not yielded by then was not taken.
        """
        host = self._host()
        dropped: Dropped | None = None
        try:
            host.sock.sendall(b"".join(_chunk(*envelope) for envelope in envelopes))  # type: ignore[union-attr]
        except OSError as error:
            dropped = self._dropped(error)
        for _sender, recipient, _data in envelopes:
            answer: Refused | Dropped | None = dropped
            if dropped is None:
                try:
                    self._read_answers(host, recipient)
                except Refused as error:
                    answer = error
                except Dropped as error:
                    answer = dropped = error
                except OSError as error:
                    answer = dropped = self._dropped(error)
            yield answer

    def _read_answers(self, host: smtplib.SMTP, recipient: str) -> None:
        """Those to the four commands of `_chunk`; raises what the first refusal among them means."""
        answers = [host.getreply() for _ in range(4)]
        refused = next((number for number, (code, _words) in enumerate(answers) if code // 100 != 2), None)
        if refused is None:
            self._has_dropped = False
            return
        code, words = answers[refused]
        if refused == 1:
            raise ServerDown(f"SMTPSenderRefused: {code} {words!r}")  # the sender is the same in every letter
        is_about_recipient = refused == 2
        error: smtplib.SMTPException = smtplib.SMTPDataError(code, words)
        if is_about_recipient:
            error = smtplib.SMTPRecipientsRefused({recipient: (code, words)})
        self._judge(error, code, words)

    def _host(self) -> smtplib.SMTP:
        host = (self._connection or self._connect()).host
        assert host is not None
        return host

    def _dropped(self, error: OSError) -> Dropped:
        try:
            self._drop(error)
        except Dropped as dropped:
            return dropped

    def _connect(self) -> _PatientConnection:
        connection = _PatientConnection(self.timeout)
        try:
            connection.__enter__()
        except OSError as error:  # smtplib's own errors are among them
            raise ServerDown(_text(error)) from error
        self._connection = connection
        return connection

    def _judge(self, error: smtplib.SMTPException, code: int, words: bytes | str) -> None:
        """A code from 500 on is final, one below is not (RFC 5321, 4.2.1); 421 ends the connection (4.5.5)."""
        if code == 421:
            self._drop(error)
        self._has_dropped = False
        answer = words.decode(errors="replace") if isinstance(words, bytes) else words
        raise Refused(error, code >= 500, answer) from error

    def _drop(self, error: OSError) -> NoReturn:
        if self._connection is not None and self._connection.host is not None:
            self._connection.host.close()
        self._connection = None
        if self._has_dropped:
            raise ServerDown(_text(error)) from error
        self._has_dropped = True
        raise Dropped(_text(error)) from error


def _transmit(host: smtplib.SMTP, sender: str, recipient: str, data: bytes) -> None:
    """One mail transaction (RFC 5321, 3.3), its three commands at once where the server allows it (RFC 2920).

    Raises smtplib's errors; what the server refused is reset, so that the next transaction may begin.
    """
    options = " BODY=8BITMIME" if host.has_extn("8bitmime") else ""
    commands = [f"MAIL FROM:<{_checked(sender)}>{options}", f"RCPT TO:<{_checked(recipient)}>", "DATA"]
    if host.has_extn("pipelining"):
        host.send("\r\n".join([*commands, ""]))
        answers = [host.getreply() for _ in commands]
    else:
        answers = []
        for command in commands:
            answers.append(host.docmd(command))
            if answers[-1][0] // 100 > 3:
                break
    if answers[-1][0] == 354:
        body = data.replace(b"\n.", b"\n..") + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")
        host.send(body)
        answers[-1] = host.getreply()
    refused = next((number for number, (code, _words) in enumerate(answers) if code // 100 != 2), None)
    if refused is None:
        return
    code, words = answers[refused]
    if code != 421:
        host.rset()
    if refused == 0:
        raise smtplib.SMTPSenderRefused(code, words, sender)
    if refused == 1:
        raise smtplib.SMTPRecipientsRefused({recipient: (code, words)})
    raise smtplib.SMTPDataError(code, words)


def _chunk(sender: str, recipient: str, data: bytes) -> bytes:
    """One mail transaction without waiting for an answer in between (RFC 3030); it begins by forgetting the last."""
    sender, recipient = _checked(sender), _checked(recipient)
    commands = f"RSET\r\nMAIL FROM:<{sender}> BODY=8BITMIME\r\nRCPT TO:<{recipient}>\r\nBDAT {len(data)} LAST\r\n"
    return commands.encode() + data


def _checked(address: str) -> str:
    if set(address) & set("\r\n<> "):
        raise ValueError(f"no address: {address!r}")
    return address


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

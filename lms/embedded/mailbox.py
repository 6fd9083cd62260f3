"""Caught mails: one .eml file each in a folder, newest last by name."""

import email
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

from lms.errors import NotFound

NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
TIME = "%Y%m%dT%H%M%S%f"
ADDRESS = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Caught:
    """A caught mail; `recipients` are those it was delivered to, `links` the web addresses in it."""

    name: str
    caught_at: datetime
    sender: str
    recipients: str
    subject: str
    text: str
    html: str
    links: Sequence[str]
    attachments: Sequence[str]


def keep(folder: Path, content: bytes, recipients: Sequence[str]) -> Path:
    """Write a mail as it came, after a line with its recipients; returns its file, which appears only once complete."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC).strftime(TIME)}-{uuid4().hex[:8]}.eml"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(b"X-RcptTo: " + ", ".join(recipients).encode() + b"\r\n" + content)
    os.replace(unfinished, path)
    return path


def names(folder: Path) -> list[str]:
    """The names of all mails, newest first."""
    return sorted((path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)


def read(folder: Path, name: str) -> Caught:
    """The mail of this name; raises NotFound."""
    if not NAME.fullmatch(name):
        raise NotFound("There is no such mail.")
    try:
        content = (folder / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        raise NotFound("There is no such mail, or it was deleted.") from None
    mail = email.message_from_bytes(content, policy=SMTP)
    text, html = _body(mail, "plain"), _body(mail, "html")
    return Caught(
        name=name,
        caught_at=datetime.strptime(name.partition("-")[0], TIME).replace(tzinfo=UTC),
        sender=str(mail.get("From", "")),
        recipients=str(mail.get("X-RcptTo", "")),
        subject=str(mail.get("Subject", "")),
        text=text,
        html=html,
        links=_links(text, html),
        attachments=[part.get_filename() or part.get_content_type() for part in mail.iter_attachments()],
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value and ADDRESS.fullmatch(value)]


def _links(text: str, html: str) -> list[str]:
    parser = _Links()
    parser.feed(html)
    return list(dict.fromkeys([*parser.found, *(found.rstrip(".,;:)") for found in ADDRESS.findall(text))]))

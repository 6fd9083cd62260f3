"""One message for many readers: composed once for each language, then only what differs is filled in.

Composing takes most of the time of a mail. What many people are told about one change differs by the reader's name
and address and by the row's id, so the message is composed with marks in their place, cut at the marks, and put
together again for each reader.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.header import Header
from email.utils import quote
from typing import Any

from flask_mail import BadHeaderError, Message, sanitize_address
from markupsafe import escape

from lms.notifications.kinds import WITH_TOKEN
from lms.notifications.letters import ATTACH, Letter, Templates, compose
from lms.notifications.signing import bounce_token, unsubscribe_token

NAME, ADDRESS, ROW, BOUNCE, UNSUBSCRIBE = (f"zqmark{word}zq" for word in ("name", "address", "row", "bounce", "stop"))
MARKS = re.compile("|".join((NAME, f"{ADDRESS}@x\\.example", ROW, BOUNCE, UNSUBSCRIBE)).encode())
SAFE_NAME = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*", re.ASCII)
"""Names that may stand before an address as they are (atoms of RFC 5322, 3.2.3)."""

Filler = Callable[["Reader"], bytes]


@dataclass(frozen=True, slots=True)
class Reader:
    """What differs from mail to mail."""

    row: Any
    user_id: Any
    name: str
    email: str
    kind: str
    secret: str


def _name_in_header(reader: Reader) -> bytes:
    name = reader.name
    if "\n" in name or "\r" in name:
        raise BadHeaderError(f"the name {name!r} cannot stand in a mail")
    if SAFE_NAME.fullmatch(name):
        return name.encode()
    return f'"{quote(name)}"'.encode() if name.isascii() else Header(name, "utf-8").encode().encode()


def _name_in_text(reader: Reader) -> bytes:
    return reader.name.encode()


def _name_in_html(reader: Reader) -> bytes:
    return str(escape(reader.name)).encode()


def _address(reader: Reader) -> bytes:
    return (reader.email if reader.email.isascii() else sanitize_address(reader.email)).encode()


FILLERS: dict[str, Filler] = {
    f"{ADDRESS}@x.example": _address,
    ROW: lambda reader: str(reader.row).encode(),
    BOUNCE: lambda reader: bounce_token(reader.row, reader.secret).encode(),
    UNSUBSCRIBE: lambda reader: unsubscribe_token(reader.user_id, reader.kind, reader.secret).encode(),
}


class Skeleton:
    """A composed message, cut where readers differ."""

    def __init__(self, letter: Letter, config: Mapping[str, Any], templates: Templates) -> None:
        self.secret = config["SECRET_KEY"]
        marked = replace(letter, id=ROW, user_id=0, name=NAME, email=f"{ADDRESS}@x.example")
        data = as_bytes(compose(marked, config, templates))
        data = data.replace(f"=?utf-8?q?{NAME}?=".encode(), NAME.encode())
        data = data.replace(bounce_token(ROW, self.secret).encode(), BOUNCE.encode())
        data = data.replace(unsubscribe_token(0, letter.kind, self.secret).encode(), UNSUBSCRIBE.encode())
        begin_of_body = data.index(b"\r\n\r\n")
        begin_of_html = data.index(b"text/html")
        self.fixed: list[bytes] = []
        self.fillers: list[Filler] = []
        at = 0
        for found in MARKS.finditer(data):
            self.fixed.append(data[at : found.start()])
            at = found.end()
            if found[0] != NAME.encode():
                self.fillers.append(FILLERS[found[0].decode()])
            elif found.start() < begin_of_body:
                self.fillers.append(_name_in_header)
            elif found.start() < begin_of_html:
                self.fillers.append(_name_in_text)
            else:
                self.fillers.append(_name_in_html)
        self.end = data[at:]
        self.different = tuple(dict.fromkeys(self.fillers))

    def fill(self, letter: Letter) -> bytes:
        """The message to one reader; raises BadHeaderError for a name with a line break."""
        reader = Reader(letter.id, letter.user_id, letter.name, letter.email, letter.kind, self.secret)
        filled = {filler: filler(reader) for filler in self.different}
        parts: list[bytes] = []
        for fixed, filler in zip(self.fixed, self.fillers, strict=True):
            parts += (fixed, filled[filler])
        parts.append(self.end)
        return b"".join(parts)


class Composer:
    """Composes mails; those of one change and language from one skeleton."""

    def __init__(self, config: Mapping[str, Any], templates: Templates) -> None:
        self.config, self.templates = config, templates
        self._skeletons: dict[tuple[int, str, str], Skeleton] = {}

    def data(self, letter: Letter) -> bytes:
        """The mail as it goes over the line."""
        if not self._is_shared(letter):
            return as_bytes(compose(letter, self.config, self.templates))
        key = letter.change_id or 0, letter.kind, letter.locale
        if key not in self._skeletons:
            if len(self._skeletons) >= MOST:
                self._skeletons.clear()
            self._skeletons[key] = Skeleton(letter, self.config, self.templates)
        return self._skeletons[key].fill(letter)

    def _is_shared(self, letter: Letter) -> bool:
        template = self.templates.get((letter.organization_id, letter.kind, letter.locale))
        return (
            letter.change_id is not None
            and not letter.others
            and letter.kind not in WITH_TOKEN
            and letter.kind not in ATTACH
            and not (template and "{name}" in template[0])
        )


MOST = 200
"""Skeletons kept at the same time."""


LONG = ("List-Unsubscribe",)
"""Headers that Python's email package would encode, because one word of theirs is longer than a line; RFC 8058
wants the address as it is."""


def as_bytes(message: Message) -> bytes:
    """The message with the line ends that mail has; what was long stands first, as it is."""
    headers = dict(message.extra_headers or {})
    first = "".join(f"{name}: {headers.pop(name)}\r\n" for name in LONG if name in headers)
    message.extra_headers = headers
    return first.encode() + re.sub(rb"\r?\n", b"\r\n", message.as_bytes())

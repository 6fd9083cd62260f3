"""Storing, finding and deleting files."""

import hashlib
import io
import re
import unicodedata
from typing import BinaryIO
from uuid import uuid4

from flask_babel import gettext as _

from lms.accounts import User
from lms.db import find, on_commit, transaction
from lms.errors import Invalid
from lms.events import EventCenter
from lms.media.kinds import ANYTHING, HEAD, Kinds, kind_by_content
from lms.media.models import MediaFile
from lms.media.places import blobs

LARGEST = 4 * 1024**3
"""Bytes of the largest file there is room for, unless the caller says otherwise."""


def store(
    stream: BinaryIO, name: str, actor: User, *,
    purpose: str = "content", kinds: Kinds = ANYTHING, largest: int = LARGEST,
) -> MediaFile:  # fmt: skip
    """Keep what `stream` gives, of at most `largest` bytes and of one of `kinds`, in pieces, and note it.

    Who may is the caller's to check. Raises Invalid for `file` if it is empty, too large or of another kind. To be
    called before the work's own transaction begins, or in it: the bytes are written first.
    """
    head = _read(stream, HEAD)
    mime = kind_by_content(head, name)
    if not head:
        raise Invalid("file", _("This file is empty. Choose another one."))
    if mime not in kinds:
        raise Invalid("file", str(kinds.refusal))
    key = f"{actor.organization_id}/{purpose}/{uuid4().hex}"
    measured = Measured(head, stream, largest)
    blobs().write(key, measured)  # type: ignore[arg-type]
    file = MediaFile(
        organization_id=actor.organization_id, name=plain_name(name), mime=mime, size=measured.size,
        sha256=measured.sha256.hexdigest(), purpose=purpose, key=key, created_by_id=actor.id,
    )  # fmt: skip
    try:
        with transaction() as session:
            session.add(file)
            EventCenter.broadcast("created", file, actor)
    except BaseException:
        blobs().delete(key)
        raise
    return file


class Measured(io.RawIOBase):
    """`head` and then the rest of `stream`, counted and summed on the way; raises Invalid past `largest` bytes."""

    def __init__(self, head: bytes, stream: BinaryIO, largest: int) -> None:
        self.head, self.stream, self.largest = head, stream, largest
        self.size, self.sha256 = 0, hashlib.sha256()

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        if self.head:
            data = self.head if size < 0 else self.head[:size]
            self.head = self.head[len(data) :]
        else:
            data = self.stream.read(size)
        self.size += len(data)
        if self.size > self.largest:
            raise Invalid("file", _("This file is larger than %(size)s, the most there is room for.",
                                    size=amount(self.largest)))  # fmt: skip
        self.sha256.update(data)
        return data


def amount(number: int) -> str:
    """A number of bytes as people say it."""
    for unit in ("bytes", "KB", "MB"):
        if number < 1024:
            return f"{number} {unit}"
        number = round(number / 1024)
    return f"{number / 1024:.1f} GB".replace(".0 ", " ")


def _read(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes, unless the stream ends before; a socket gives fewer at a time."""
    pieces = b""
    while len(pieces) < size and (piece := stream.read(size - len(pieces))):
        pieces += piece
    return pieces


def plain_name(name: str) -> str:
    """The name without folders and without what cannot be seen, at most 200 characters; its ending stays."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 200 and dot and len(ending) <= 20:
        return stem[: 199 - len(ending)] + dot + ending
    return name[:200] or "file"


def find_file(id: int | str, actor: User) -> MediaFile:
    """The file, if it belongs to the actor's organization; whether they may read it is the caller's to check.

    Raises NotFound.
    """
    return find(MediaFile, id, actor.organization_id)


def open_file(file: MediaFile) -> BinaryIO:
    """Its bytes, as a stream that can be read from any position; to be closed. Raises NotFound."""
    return blobs().open(file.key)


def delete_file(file: MediaFile, actor: User | None) -> None:
    """Remove it; the bytes go when the transaction has committed. Who may is the caller's to check."""
    key = file.key
    with transaction() as session:
        EventCenter.broadcast("deleted", file, actor)
        session.delete(file)
        on_commit(lambda: blobs().delete(key))

"""The zip: what is in it, checked before and measured while it is unpacked."""

import io
import re
import stat
import struct
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import gettext as _

from lms.errors import Invalid
from lms.packages.settings import Limits

JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What file managers leave behind."""
DRIVE = re.compile(r"^[A-Za-z]:")
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
END, END64, LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
FREE_RATIO = 64 * 1024 * 1024
"""Bytes that may come out of a zip however small it is: text packs well."""
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the zip, under the path it will have."""

    path: str
    info: zipfile.ZipInfo


class Archive:
    """A zip whose names have been checked. Raises Invalid, with a sentence for the author, for one that will not do."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.limits = limits
        self.size = stream.seek(0, io.SEEK_END)
        if count_of_entries(stream, self.size) > limits.files:
            raise Invalid("file", _("There are more than %(most)s files in this package.", most=limits.files))
        try:
            self.zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error, ValueError):
            raise damaged() from None
        self.entries = self._checked()
        self.by_path = {entry.path: entry for entry in self.entries}
        self.unpacked = 0

    def _checked(self) -> list[Entry]:
        entries, seen, folders = [], set(), set()
        for info in self.zip.infolist():
            name = real_name(info)
            if JUNK.search(name):
                continue
            path = safe_path(name)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Invalid("file", _("“%(name)s” in this zip is a link to another file. Zip the files themselves.",
                                        name=name[:200]))  # fmt: skip
            if name.endswith(("/", "\\")) or not path:
                continue
            if info.flag_bits & 0x1:
                raise Invalid("file", _("This zip is encrypted. Make it without a password."))
            if info.compress_type not in METHODS:
                raise Invalid("file", _("“%(name)s” is packed in a way that is not read here. Make an ordinary zip.",
                                        name=name[:200]))  # fmt: skip
            if path in seen:
                raise Invalid("file", _("“%(name)s” is twice in this zip. Zip the folder anew.", name=path[:200]))
            seen.add(path)
            parts = path.split("/")
            folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
            entries.append(Entry(path, info))
        if clash := seen & folders:
            raise Invalid("file", _("“%(name)s” is both a file and a folder in this zip. Zip the folder anew.",
                                    name=min(clash)[:200]))  # fmt: skip
        return entries

    def read(self, entry: Entry, most: int) -> bytes:
        """A small file whole; raises Invalid if more than `most` bytes come out."""
        with self.open(entry) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise Invalid("file", _("“%(name)s” is too large to be read.", name=entry.path[:200]))
        return data

    def open(self, entry: Entry) -> "Unpacking":
        """What comes out of the zip, measured."""
        return Unpacking(self, entry)

    def measure(self, number: int) -> None:
        """Count bytes that came out; raises Invalid for a bomb. What the zip says of its sizes is not believed."""
        self.unpacked += number
        if self.unpacked > self.limits.size:
            raise Invalid("file", _("Unpacked, this package is larger than %(most)s GB, the most there is room for.",
                                    most=round(self.limits.size / 1024**3, 1)))  # fmt: skip
        if self.unpacked > max(FREE_RATIO, self.size * self.limits.ratio):
            raise Invalid("file", _("This zip unpacks to more than %(ratio)s times its size. No package does that; it "
                                    "is not taken.", ratio=self.limits.ratio))  # fmt: skip


class Unpacking(io.RawIOBase):
    """One file on its way out of the zip."""

    def __init__(self, archive: Archive, entry: Entry) -> None:
        self.archive, self.entry = archive, entry
        try:
            self.stream = archive.zip.open(entry.info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
            raise damaged(entry.path) from None

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        try:
            data = self.stream.read(min(size, CHUNK) if size >= 0 else CHUNK)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
            raise damaged(self.entry.path) from None
        self.archive.measure(len(data))
        return data

    def readall(self) -> bytes:
        """All that is left, which the caller knows to be little."""
        return b"".join(iter(self.read, b""))

    def close(self) -> None:
        """Close it."""
        self.stream.close()
        super().close()


def damaged(name: str = "") -> Invalid:
    """What the author is told about a zip that cannot be read."""
    if name:
        return Invalid("file", _("“%(name)s” in this zip is damaged. Export the package again.", name=name[:200]))
    return Invalid(
        "file", _("This is not a zip file, or it is damaged. Choose the zip that your authoring tool exports.")
    )


def count_of_entries(stream: BinaryIO, size: int) -> int:
    """How many files the zip's end says it lists, before that list is read into memory (APPNOTE.TXT 4.3.14, 4.3.16).

    The list's own length is believed over a count that is too small: an entry has at least 46 bytes.
    """
    start = max(0, size - 65_557)
    stream.seek(start)
    tail = stream.read(65_557)
    stream.seek(0)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise damaged()
    count, length = struct.unpack("<HL", tail[at + 10 : at + 16])
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(LOCATOR):
        where = struct.unpack("<Q", locator[8:16])[0]
        if where + 56 > size:
            raise damaged()
        stream.seek(where)
        record = stream.read(56)
        stream.seek(0)
        if record.startswith(END64):
            count, length = struct.unpack("<QQ", record[32:48])
    return max(count, 0) if length <= count * 46 + 66_000 * max(count, 1) else length // 46


def real_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many tools write UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name


def safe_path(name: str) -> str:
    """`name` as a path within the package, `/` between its parts; raises Invalid if it leads outside."""
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or DRIVE.match(path) or ".." in parts:
        raise Invalid("file", _("“%(name)s” in this zip would be written outside the package. It is not taken.",
                                name=name[:200]))  # fmt: skip
    if any(ord(sign) < 32 or sign == "\x7f" for sign in path):
        raise Invalid("file", _("A file in this zip has a name with signs that cannot be in one: %(name)s",
                                name=repr(name)[:200]))  # fmt: skip
    if len(path) > 1000 or any(len(part.encode("utf-8", "surrogatepass")) > 255 for part in parts):
        raise Invalid("file", _("A file in this zip has a name that is too long: %(name)s…", name=name[:80]))
    return "/".join(parts)

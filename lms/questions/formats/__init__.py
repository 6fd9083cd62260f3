"""Files of questions: Moodle GIFT, Moodle XML and QTI 2.1."""

from collections.abc import Sequence

from lms.errors import Invalid
from lms.questions.formats.gift_reader import read_gift
from lms.questions.formats.gift_writer import write_gift
from lms.questions.formats.items import Found, Item, Line
from lms.questions.formats.moodle_reader import read_moodle
from lms.questions.formats.moodle_writer import write_moodle
from lms.questions.formats.qti_reader import read_qti
from lms.questions.formats.qti_writer import write_qti

FORMATS = {"gift": ("txt", "text/plain"), "moodle": ("xml", "application/xml"), "qti": ("zip", "application/zip")}
"""Ending and type of each format's files."""
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes."""
MOST = 5_000
"""Questions of one file."""

__all__ = ["FORMATS", "LARGEST_FILE", "MOST", "Found", "Item", "Line", "format_of", "read_file", "write_file"]


def format_of(data: bytes) -> str:
    """Which format a file has, by its content."""
    if data.startswith(b"PK"):
        return "qti"
    start = data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        return "qti" if b"assessmentItem" in start else "moodle"
    return "gift"


def read_file(data: bytes, format: str = "") -> Found:
    """What a file of questions holds; raises Invalid if it is none, or too large."""
    if not data.strip():
        raise Invalid("file", "This file is empty.")
    if len(data) > LARGEST_FILE:
        raise Invalid("file", "This file is larger than 10 MB. Export fewer questions at once.")
    format = format or format_of(data)
    if format not in FORMATS:
        raise Invalid("format", "Choose one from the list.")
    if format == "gift":
        found = read_gift(_decoded(data))
    else:
        found = read_moodle(data) if format == "moodle" else read_qti(data)
    if len(found.items) > MOST:
        raise Invalid("file", "This file holds more than 5,000 questions. Export fewer at once.")
    return found


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        raise Invalid("file", "This is no text file. GIFT files are plain text in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("file", "This text is not in UTF-8. Save it again with that encoding.") from None


def write_file(items: Sequence[Item], format: str) -> tuple[bytes, Found]:
    """A file of one of the formats, and a line for each thing that it cannot hold."""
    if format == "gift":
        text, report = write_gift(items)
        return text.encode(), report
    return write_moodle(items) if format == "moodle" else write_qti(items)

"""What a file is, by its content: a name proves nothing."""

import re
from dataclasses import dataclass

import filetype
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

HEAD = 8192
"""Bytes at the beginning of a file that tell what it is."""
UNKNOWN = "application/octet-stream"

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
LEGACY = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
"""Old Office files are alike on the outside; which one it is, only the name tells."""
PARTS = {b"word/": "wordprocessingml.document", b"xl/": "spreadsheetml.sheet", b"ppt/": "presentationml.presentation"}
BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
}
"""The first brand of an ISO base media file (ISO/IEC 14496-12, 4.3); any other is a film."""
NAMED = {"csv": "text/csv", "md": "text/markdown"}
"""Text that only its name tells apart."""

MARKS_OF_HTML = re.compile(
    r"<(!doctype html|html|head|body|script|iframe|style|object|embed|meta|link|table|div|a|img|p|br|h1)\b"
)
"""What browsers that guess would take for HTML."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Types that are taken, and what somebody reads whose file is none of them."""

    mimes: frozenset[str] | None
    """None takes anything."""
    refusal: LazyString | str = ""

    def __contains__(self, mime: str) -> bool:
        return self.mimes is None or mime in self.mimes


ANYTHING = Kinds(None)
PICTURES = Kinds(
    frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"}),
    _("This is not a picture that every browser shows. Choose a PNG, JPEG, GIF, WebP, AVIF or SVG file."),
)
VIDEOS = Kinds(
    frozenset({"video/mp4", "video/webm", "video/ogg", "video/quicktime"}),
    _("This is not a video that browsers play. Choose an MP4 or WebM file."),
)
SOUNDS = Kinds(
    frozenset({"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/webm", "audio/flac", "audio/aac"}),
    _("This is not a sound that browsers play. Choose an MP3, M4A, Ogg or WAV file."),
)
CAPTIONS = Kinds(
    frozenset({"text/vtt"}),
    _("These are no captions that browsers show. Choose a WebVTT file; its first line is WEBVTT."),
)
DOCUMENTS = Kinds(
    frozenset(
        {"application/pdf", "text/plain", "text/csv", "text/markdown", "application/rtf", *LEGACY.values()}
        | {OFFICE + part for part in PARTS.values()}
        | {OPEN_DOCUMENT + part for part in ("text", "spreadsheet", "presentation")}
    ),
    _("This is not a document. Choose a PDF, Word, Excel, PowerPoint, OpenDocument or text file."),
)
ARCHIVES = Kinds(frozenset({"application/zip"}), _("This is not a zip file."))


def is_kind(mime: str, kinds: Kinds) -> bool:
    """Whether this type is one of `kinds`."""
    return mime in kinds


def kind_by_content(head: bytes, name: str = "") -> str:
    """The type of a file that begins with `head` (at least `HEAD` bytes of it, or all)."""
    extension = name.rpartition(".")[2].lower()
    if not head:
        return "text/plain" if extension in {"txt", "md", "csv"} else UNKNOWN
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip(head)
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:100] else "video/x-matroska"
    if head.startswith(b"OggS"):
        return "video/ogg" if b"theora" in head[:400] else "audio/ogg"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return LEGACY.get(extension, "application/x-ole-storage")
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    text = _text(head)
    if text is not None:
        return _kind_of_text(text, extension)
    found = filetype.guess(head)
    return {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac"}.get(found.mime, found.mime) if found else UNKNOWN


def _zip(head: bytes) -> str:
    if head[30:38] == b"mimetype" and head[38:].startswith(OPEN_DOCUMENT.encode()):
        told = re.match(rb"[a-z.+/-]+", head[38:])
        return told.group().decode().removesuffix("PK") if told else "application/zip"
    if b"[Content_Types].xml" in head:
        for folder, part in PARTS.items():
            if folder in head:
                return OFFICE + part
    return "application/zip"


def _text(head: bytes) -> str | None:
    """`head` as text, if it is text: what a cut in the middle of a character leaves at its end does not count."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if any(byte < 32 and byte not in b"\t\n\f\r\x1b" for byte in head):
        return None
    for cut in range(4):
        try:
            return head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    # Of older programs, one byte a character: text, unless a known signature says that it is something else.
    return None if filetype.guess(head) else head.decode("cp1252", errors="replace")


def _kind_of_text(text: str, extension: str) -> str:
    start = text.lstrip().lower()
    if re.match(r"webvtt(\s|$)", start):
        return "text/vtt"
    # Browsers see HTML behind comments and a declaration as well.
    bare = re.sub(r"^(\s|<\?xml[^>]*>|<!--.*?-->|<!doctype svg[^>]*(\[.*?\])?\s*>)+", "", start, flags=re.DOTALL)
    if re.match(r"<([a-z]+:)?svg[\s>]", bare):
        return "image/svg+xml"
    if MARKS_OF_HTML.search(start[:2000]):
        return "text/html"
    if start.startswith("<?xml") or extension == "xml":
        return "application/xml"
    if extension in {"js", "mjs", "json"}:
        return "application/json" if extension == "json" else "text/javascript"
    return NAMED.get(extension, "text/plain")

"""XML of strangers, read without harm."""

import codecs
import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask_babel import gettext as _

from lms.errors import Invalid

LARGEST = 32 * 1024 * 1024
"""Bytes of a manifest; one with 10,000 units has about three million."""
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(data: bytes, name: str) -> Element:
    """The root of an XML file; raises Invalid with what is wrong and where."""
    try:
        return fromstring(DECLARATION.sub("", decoded(data, name), count=1), forbid_entities=True)
    except DefusedXmlException:
        raise Invalid("file", _("%(file)s defines XML entities. For safety these are not read: export the package "
                                "again without a DOCTYPE.", file=name)) from None  # fmt: skip
    except ParseError as error:
        line, column = error.position
        raise Invalid("file", _("%(file)s is not well-formed XML: line %(line)s, column %(column)s (%(why)s). Correct "
                                "it there, or export the package again.", file=name, line=line, column=column + 1,
                                why=str(error).partition(":")[0])) from None  # fmt: skip


def decoded(data: bytes, name: str) -> str:
    """The text of an XML file in the encoding that it declares; UTF-8 when it declares none."""
    if not data.strip():
        raise Invalid("file", _("%(file)s is empty.", file=name))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    if data.startswith((b"<\0", b"\0<")):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be", errors="replace")
    told = re.match(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']""", data[:1000])
    encoding = told.group(1).decode("ascii", errors="replace").strip() if told else "utf-8"
    try:
        codec = codecs.lookup(encoding)
        if data.startswith(codecs.BOM_UTF8) or codec.name == "utf-8":
            codec = codecs.lookup("utf-8-sig")
        if not codec._is_text_encoding:
            raise LookupError
    except (LookupError, ValueError):
        raise Invalid("file", _("%(file)s says that it is written in “%(encoding)s”, which is not known here. Save it "
                                "as UTF-8.", file=name, encoding=encoding[:40])) from None  # fmt: skip
    try:
        return data.decode(codec.name).lstrip("\ufeff")
    except UnicodeDecodeError:
        # Tools that declare UTF-8 and write the bytes of Windows are many; titles stay readable this way.
        return data.decode("cp1252", errors="replace").removeprefix("ï»¿")


def local(element: Element) -> str:
    """The element's name without namespace, in lower case: tools differ in both."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def children(element: Element, name: str) -> list[Element]:
    """Its children of this name."""
    return [child for child in element if local(child) == name]


def child(element: Element | None, name: str) -> Element | None:
    """The first of them."""
    return next(iter(children(element, name)), None) if element is not None else None


def text(element: Element | None) -> str:
    """What stands in it, in one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def attribute(element: Element | None, name: str) -> str:
    """The attribute of this name in any namespace, whatever its capitals; empty if it has none."""
    if element is None:
        return ""
    return next((value.strip() for key, value in element.attrib.items() if key.rpartition("}")[2].lower() == name), "")

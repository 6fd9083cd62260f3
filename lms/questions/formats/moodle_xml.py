"""Parts of Moodle XML that reading and writing share: safe parsing, texts with their files, names of kinds."""

import base64
import binascii
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError, SubElement

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lms.errors import Invalid
from lms.questions.formats.items import as_html

LARGEST_PICTURE = 256 * 1024
"""Bytes of a picture that is kept in the text itself."""
PICTURES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
"""How the files of pictures begin; a name says nothing."""
DEEPEST = 200
"""Elements within elements."""
IN_TEXT = re.compile(r'src="data:image/(png|jpeg|gif|webp);base64,([^"]*)"')


def parsed(data: bytes) -> Element:
    """The root of an XML file. Entities, document types and everything from outside are refused; raises Invalid."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise Invalid("file", "This XML declares entities or a document type, which is not safe to read.") from None
    except (ParseError, ValueError, LookupError):
        raise Invalid("file", "This is not XML, or it is broken. Export it again and upload that.") from None
    level = [root]
    for _depth in range(DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return root
    raise Invalid("file", "This XML has elements within elements without end, which is not safe to read.")


def text_of(parent: Element | None, path: str) -> str:
    """The text of a child's `<text>`, or of the child itself; empty where there is none."""
    child = parent.find(path) if parent is not None else None
    if child is None:
        return ""
    inner = child.find("text")
    return ((inner if inner is not None else child).text or "").strip()


def html_of(element: Element | None, missed: Callable[[str, str], None]) -> str:
    """The HTML of an element with a `format`, its pictures within it; `missed` hears of files that stay behind."""
    if element is None:
        return ""
    text = element.findtext("text") or ""
    html = as_html(text, element.get("format") or "html")
    for file in element.findall("file"):
        html = _with_file(html, file, missed)
    return html


def _with_file(html: str, file: Element, missed: Callable[[str, str], None]) -> str:
    name = file.get("name") or ""
    try:
        content = base64.b64decode("".join((file.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        missed(name, "The file is not readable.")
        return html
    kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)
    if kind is None:
        missed(name, "Only pictures in PNG, JPEG, GIF or WebP are taken along. Add it to a page instead.")
        return html
    if len(content) > LARGEST_PICTURE:
        missed(name, "The picture is larger than 256 KB. Make it smaller.")
        return html
    address = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    for spelled in {name, name.replace(" ", "%20")}:
        html = html.replace(f"@@PLUGINFILE@@/{spelled}", address)
    return html


def add_html(parent: Element, tag: str, html: str, **attributes: str) -> Element:
    """A child with HTML in a `<text>`; pictures within it become files beside the text."""
    child = SubElement(parent, tag, {**attributes, "format": "html"})
    files: list[tuple[str, str]] = []

    def as_file(match: re.Match[str]) -> str:
        name = f"picture{len(files) + 1}.{match[1]}"
        files.append((name, match[2]))
        return f'src="@@PLUGINFILE@@/{name}"'

    SubElement(child, "text").text = IN_TEXT.sub(as_file, html)
    for name, content in files:
        SubElement(child, "file", name=name, path="/", encoding="base64").text = content
    return child


def add_text(parent: Element, tag: str, text: str) -> Element:
    """A child with plain text in a `<text>`."""
    child = SubElement(parent, tag)
    SubElement(child, "text").text = text
    return child

"""Parts of QTI 2.1 that reading and writing share: HTML as XML and back, and the files of a package."""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, tostring

from lms.errors import Invalid

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
MANIFEST = "imsmanifest.xml"
MOST_FILES = 5_000
LARGEST_PACKAGE = 32 * 1024 * 1024
"""Bytes of all files of a package together, unpacked."""
VOID = {"br", "img", "hr", "wbr", "col"}


class _Builder(HTMLParser):
    """Builds elements out of clean HTML, whose tags are all closed but the empty ones."""

    def __init__(self, root: Element) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A child of what is open."""
        element = SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Closes the nearest element of this name."""
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                continue

    def handle_data(self, data: str) -> None:
        """Text, after the last child or at the beginning."""
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def add_html(parent: Element, html: str) -> Element:
    """Put clean HTML into `parent`, as XML."""
    builder = _Builder(parent)
    builder.feed(html)
    builder.close()
    return parent


def inner_html(element: Element) -> str:
    """What stands within an element, as HTML."""
    text = element.text or ""
    html = text.replace("&", "&amp;").replace("<", "&lt;")
    for child in element:
        html += tostring(child, encoding="unicode", method="html")
    return " ".join(html.split())


def without_namespaces(root: Element) -> Element:
    """Tags by their names alone."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def unpacked(data: bytes) -> Mapping[str, bytes]:
    """The XML files and pictures of a zip, by their paths; raises Invalid for what is broken or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            files = [info for info in package.infolist() if not info.is_dir()]
            if len(files) > MOST_FILES or sum(info.file_size for info in files) > LARGEST_PACKAGE:
                raise Invalid("file", "This package is too large: at most 5,000 files and 32 MB.")
            wanted = (".xml", ".png", ".jpg", ".jpeg", ".gif", ".webp")
            return {
                posixpath.normpath(info.filename): _read(package, info)
                for info in files
                if info.filename.lower().endswith(wanted)
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Invalid("file", "This zip file is broken or locked. Export it again and upload that.") from None


def _read(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Never more than the file says it has: the sum of that was checked."""
    with package.open(info) as file:
        return file.read(info.file_size)


def beside(path: str, address: str) -> str:
    """A relative address in the file at `path`, as a path in the package."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(address)))

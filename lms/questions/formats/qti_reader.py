"""QTI 2.1 items, read: single files, and packages with a manifest (IMS Question & Test Interoperability 2.1)."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from lms.errors import Invalid
from lms.questions.formats.items import Found
from lms.questions.formats.moodle_xml import LARGEST_PICTURE, PICTURES, parsed
from lms.questions.formats.qti_interactions import ALONE, read_alone, read_inline
from lms.questions.formats.qti_xml import MANIFEST, beside, inner_html, unpacked, without_namespaces

INLINE = ("textEntryInteraction", "inlineChoiceInteraction")


def read_qti(data: bytes) -> Found:
    """Every item of a package, or the one of a single file; raises Invalid if it is neither."""
    found = Found()
    if not data.startswith(b"PK"):
        root = without_namespaces(parsed(data))
        if root.tag != "assessmentItem":
            raise Invalid("file", "This is XML, but no QTI 2.1 item: its first element is not assessmentItem.")
        _read(root, "item", "", {}, found)
        return found
    files = unpacked(data)
    if MANIFEST not in files:
        raise Invalid("file", "There is no imsmanifest.xml at the top of this zip, so it is no QTI package.")
    manifest = without_namespaces(parsed(files[MANIFEST]))
    for resource in manifest.iter("resource"):
        path = beside("", resource.get("href") or "")
        if not (resource.get("type") or "").startswith("imsqti_item"):
            if (resource.get("type") or "").startswith("imsqti_"):
                found.missed(path, resource.get("type") or "", "Only items are taken over, not tests or sections.")
        elif path not in files:
            found.missed(path, resource.get("identifier") or "", "The manifest names this file, but it is missing.")
        else:
            _read_file(path, files, found)
    return found


def _read_file(path: str, files: Mapping[str, bytes], found: Found) -> None:
    try:
        root = without_namespaces(parsed(files[path]))
    except Invalid as error:
        found.missed(path, path, next(iter(error.errors.values())))
        return
    if root.tag == "assessmentItem":
        _read(root, path, path, files, found)
    else:
        found.missed(path, root.tag, "This is no QTI 2.1 item.")


def _read(item: Element, where: str, path: str, files: Mapping[str, bytes], found: Found) -> None:
    title = item.get("title") or item.get("identifier") or ""
    body = item.find("itemBody")
    if body is None:
        found.missed(where, title, "There is no itemBody, so nothing is asked.")
        return
    for picture in body.iter("img"):
        _take_along(picture, title, where, path, files, found)
    asked = [element for element in body.iter() if str(element.tag).endswith("Interaction")]
    unknown = [str(element.tag) for element in asked if element.tag not in (*ALONE, *INLINE)]
    alone = [element for element in asked if element.tag in ALONE]
    if not asked:
        found.missed(where, title, "This is a text without a question. Put it on a page instead.")
    elif unknown:
        found.missed(where, f"{title}: {unknown[0]}", "There is no such kind of question here.")
    elif alone and len(asked) > 1:
        found.missed(where, title, "Several questions in one item are not taken over. Make an item of each.")
    else:
        for feedback in item.findall("modalFeedback"):
            found.missed(where, f"{title}: {inner_html(feedback)}", "Feedback outside the options is not taken over.")
        data = read_alone(item, body, alone[0]) if alone else read_inline(item, body, asked)
        if isinstance(data, str):
            found.missed(where, title, data)
        else:
            found.add(where, title, data)


def _take_along(
    picture: Element, title: str, where: str, path: str, files: Mapping[str, bytes], found: Found
) -> None:
    address = picture.get("src") or ""
    if address.startswith(("http:", "https:", "data:")):
        return
    content: Any = files.get(beside(path, address), b"")
    kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)
    if kind is None or len(content) > LARGEST_PICTURE:
        found.missed(where, f"{title}: {address}", "This picture is missing, of another kind, or larger than 256 KB.")
        return
    picture.set("src", f"data:image/{kind};base64,{_base64(content)}")


def _base64(content: bytes) -> str:
    return b64encode(content).decode()

"""Packages made here: as small as the test at hand needs them."""

import io
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "packages"
"""Packages made elsewhere."""

IMS12 = 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
IMS2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
)
PAGE = "<!doctype html><title>Unit</title><p>Read this.</p>"


def zipped(files: dict[str, str | bytes], **how: Any) -> io.BytesIO:
    """A zip of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    stream.seek(0)
    return stream


def manifest(items: str, resources: str, *, version: str = "1.2", default: str = "org") -> str:
    """An imsmanifest.xml."""
    spaces = IMS12 if version == "1.2" else IMS2004
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest identifier="made" {spaces}>'
        f"<metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>"
        f'<organizations default="{default}"><organization identifier="org"><title>Made here</title>{items}'
        f"</organization></organizations><resources>{resources}</resources></manifest>"
    )


def item(number: int = 1, inside: str = "", **attributes: str) -> str:
    """An item that points to resource r1, r2 and so on."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<item identifier="i{number}" identifierref="r{number}"{more}><title>Unit {number}</title>{inside}</item>'


def resource(number: int = 1, href: str = "index.html", kind: str = "sco", more: str = "") -> str:
    """A resource."""
    return (
        f'<resource identifier="r{number}" type="webcontent" adlcp:scormtype="{kind}" adlcp:scormType="{kind}" '
        f'href="{href}" {more}/>'
    )


def scorm12(**files: str | bytes) -> io.BytesIO:
    """The smallest package of SCORM 1.2."""
    return zipped({"imsmanifest.xml": manifest(item(), resource()), "index.html": PAGE, **files})


def cmi5(aus: str, files: dict[str, str | bytes] | None = None) -> io.BytesIO:
    """A cmi5 course with these units."""
    structure = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">'
        '<course id="https://example.org/course"><title><langstring lang="en">Made here</langstring></title>'
        '<description><langstring lang="en">A course.</langstring></description></course>'
        f"{aus}</courseStructure>"
    )
    return zipped({"cmi5.xml": structure, "index.html": PAGE, **(files or {})})


def au(number: int = 1, url: str = "index.html", **attributes: str) -> str:
    """A unit of cmi5."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<au id="https://example.org/au/{number}"{more}>'
        f'<title><langstring lang="en">Unit {number}</langstring></title>'
        f'<description><langstring lang="en">-</langstring></description><url>{url}</url></au>'
    )

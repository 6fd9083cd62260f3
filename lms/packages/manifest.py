"""What a manifest says, in one form for SCORM and cmi5; `scorm.py` and `cmi5.py` read them."""

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from flask_babel import gettext as _

from lms.errors import Invalid
from lms.packages.models import FOLDER
from lms.packages.settings import Limits

ELSEWHERE = re.compile(r"^(https?:)?//", re.IGNORECASE)
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{1,}:", re.IGNORECASE)
SAFE = "/!$&'()*+,;=:@~"


@dataclass(slots=True)
class Unit:
    """A line of the table of contents."""

    kind: str
    identifier: str
    title: str
    depth: int
    parent: int | None
    href: str | None = None
    visible: bool = True
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Manifest:
    """A package as its manifest describes it."""

    standard: str
    edition: str
    identifier: str
    title: str
    description: str = ""
    units: list[Unit] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def checked(self, limits: Limits) -> "Manifest":
        """Itself, once it is known to have something to launch and not too much of it."""
        if len(self.units) > limits.units:
            raise Invalid("file", _("There are more than %(most)s units in this package.", most=limits.units))
        if not any(unit.href for unit in self.units):
            raise Invalid("file", _("The manifest names nothing that could be launched: no item, and no resource with "
                                    "an address (href)."))  # fmt: skip
        return self

    def without_empty_folders(self) -> "Manifest":
        """Folders that hold nothing to launch are left out, and positions closed up."""
        keep = [unit.kind != FOLDER for unit in self.units]
        for position in range(len(self.units), 0, -1):
            parent = self.units[position - 1].parent
            if keep[position - 1] and parent:
                keep[parent - 1] = True
        places, number = {}, 0
        for position, kept in enumerate(keep, start=1):
            number += kept
            places[position] = number
        self.units = [unit for unit, kept in zip(self.units, keep, strict=True) if kept]
        for unit in self.units:
            unit.parent = places[unit.parent] if unit.parent else None
        return self


class Files:
    """The paths in a package, found as manifests spell them."""

    def __init__(self, paths: Collection[str]) -> None:
        self.paths = set(paths)
        self.lower = {path.lower(): path for path in sorted(paths)}

    def address(self, bases: list[str], href: str, parameters: str, owner: str) -> str:
        """The address of a unit: `href` within `bases` (xml:base from outer to inner), with parameters added.

        It is percent-encoded and relative to the package; an address elsewhere stays what it is. Raises Invalid if it
        leads outside or names a file that is not there; `owner` is the title of the unit.
        """
        joined = ""
        for part in [*bases, href]:
            joined = urljoin(joined, part.strip().replace("\\", "/"))
        if ELSEWHERE.match(joined):
            return with_parameters(joined, parameters)
        if SCHEME.match(joined):
            raise Invalid("file", _("“%(title)s” begins with an address that is not opened here: %(href)s", title=owner,
                                    href=joined[:200]))  # fmt: skip
        parts = urlsplit(joined)
        path = self._found(parts.path, owner)
        query = f"?{parts.query}" if parts.query else ""
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return with_parameters(quote(path, safe=SAFE) + query + fragment, parameters)

    def _found(self, path: str, owner: str) -> str:
        for spelled in (unquote(path), path, unquote(path, "latin-1")):
            normal = posixpath.normpath(spelled.lstrip("/")) if spelled else ""
            if normal == ".." or normal.startswith("../"):
                raise Invalid("file", _("“%(title)s” begins with a file outside the package: %(href)s", title=owner,
                                        href=path[:200]))  # fmt: skip
            if normal in self.paths:
                return normal
            if normal.lower() in self.lower:
                return self.lower[normal.lower()]
        raise Invalid("file", _("“%(title)s” begins with the file %(href)s, which is not in the zip. Check the name, "
                                "or export the package again.", title=owner, href=path[:200] or "–"))  # fmt: skip


def with_parameters(address: str, parameters: str) -> str:
    """`parameters` added as SCORM says (CAM 1.3, 3.4.1.1.1, "Parameters")."""
    parameters = parameters.strip().lstrip("?&")
    if not parameters:
        return address
    base, mark, fragment = address.partition("#")
    if parameters.startswith("#"):
        return address if mark else base + parameters
    return f"{base}{'&' if '?' in base else '?'}{parameters}{mark}{fragment}"


def short(title: str, otherwise: str) -> str:
    """A title of at most 200 characters, or what to say instead of none."""
    return (title or otherwise)[:200]

"""imsmanifest.xml of SCORM 1.2 and SCORM 2004 (Content Aggregation Model 1.2 and 1.3)."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from flask_babel import gettext as _

from lms.errors import Invalid
from lms.packages.manifest import Files, Manifest, Unit, short
from lms.packages.models import ASSET, FOLDER, SCO, SCORM12, SCORM2004
from lms.packages.texts import attribute, child, children, local, text

DEEPEST = 50
PAGES = (".html", ".htm", ".xhtml", ".svg", ".pdf", ".mp4", ".webm")
"""What can be shown by itself, of resources that nothing points to."""


def read(root: Element, files: Files) -> Manifest:
    """The manifest of a SCORM package; raises Invalid with what is wrong."""
    if local(root) != "manifest":
        raise Invalid("file", _("imsmanifest.xml does not begin with <manifest>, so it describes no SCORM package."))
    standard, edition = version(root)
    organization = chosen_organization(root)
    title = text(child(organization, "title")) or text(child(root, "title"))
    manifest = Manifest(
        standard, edition, attribute(root, "identifier"), short(title, attribute(root, "identifier") or "SCORM")
    )
    reader = Reader(root, files, standard)
    if organization is not None:
        reader.items(organization, manifest)
    if not any(unit.href for unit in manifest.units):
        # CAM 1.2 and 1.3: a resource package has no organization; its resources are what there is to see.
        manifest.units = list(reader.resources_as_units())
    return manifest.without_empty_folders()


def version(root: Element) -> tuple[str, str]:
    """The standard and its edition: as told, or by the namespaces where nothing, or something odd, is told."""
    told = text(child(child(root, "metadata"), "schemaversion"))
    spaces = {name.partition("}")[0].lower() for element in root.iter() for name in [str(element.tag), *element.attrib]}
    is_2004 = any("adlcp_v1p3" in space or "imsss" in space or "adlseq" in space for space in spaces)
    if "1.2" in told and "2004" not in told and not is_2004:
        return SCORM12, "SCORM 1.2"
    if "2004" in told or "1.3" in told or is_2004:
        return SCORM2004, f"SCORM {told}" if told.startswith("2004") else "SCORM 2004"
    return SCORM12, "SCORM 1.2"


def chosen_organization(root: Element) -> Element | None:
    """The default organization, or the first one that has items, or the first."""
    group = child(root, "organizations")
    if group is None:
        return None
    every = children(group, "organization")
    default = attribute(group, "default")
    named = [one for one in every if attribute(one, "identifier") == default]
    return next((one for one in [*named, *every] if children(one, "item")), next(iter([*named, *every]), None))


class Reader:
    """Reads items and the resources that they point to."""

    def __init__(self, root: Element, files: Files, standard: str) -> None:
        self.files, self.standard = files, standard
        self.resources: dict[str, tuple[list[str], Element]] = {}
        self.collected = {
            attribute(one, "id"): one
            for group in children(root, "sequencingcollection")
            for one in children(group, "sequencing")
        }
        self._collect(root, [])

    def _collect(self, manifest: Element, bases: list[str]) -> None:
        """Resources of this manifest and of those inside it, each with its bases."""
        bases = [*bases, *base_of(manifest)]
        for group in children(manifest, "resources"):
            for resource in children(group, "resource"):
                identifier = attribute(resource, "identifier")
                self.resources.setdefault(identifier, ([*bases, *base_of(group), *base_of(resource)], resource))
        for inner in children(manifest, "manifest"):
            self._collect(inner, bases)

    def items(self, organization: Element, manifest: Manifest) -> None:
        """The items below `organization`, in the order in which they are read."""
        manifest.details["objectives_global"] = attribute(organization, "objectivesglobaltosystem") != "false"
        stack: list[tuple[Element, int, int | None]] = [
            (item, 0, None) for item in reversed(children(organization, "item"))
        ]
        while stack:
            item, depth, parent = stack.pop()
            if depth > DEEPEST:
                raise Invalid("file", _("The items of this package are nested more than %(most)s deep.", most=DEEPEST))
            manifest.units.append(self._unit(item, depth, parent, len(manifest.units) + 1))
            below = children(item, "item")
            stack += [(inner, depth + 1, len(manifest.units)) for inner in reversed(below)]

    def _unit(self, item: Element, depth: int, parent: int | None, position: int) -> Unit:
        identifier = attribute(item, "identifier")
        title = short(text(child(item, "title")), _("Unit %(number)s", number=position))
        unit = Unit(FOLDER, identifier, title, depth, parent, visible=attribute(item, "isvisible").lower() != "false")
        reference = attribute(item, "identifierref")
        if reference and reference not in self.resources and not children(item, "item"):
            raise Invalid("file", _("“%(title)s” points to the resource “%(resource)s”, which the manifest lacks.",
                                    title=title, resource=reference[:100]))  # fmt: skip
        bases, resource = self.resources.get(reference, ([], None))
        if resource is not None and attribute(resource, "href"):
            parameters = attribute(item, "parameters")
            unit.href = self.files.address(bases, attribute(resource, "href"), parameters, title)
            unit.kind = SCO if attribute(resource, "scormtype").lower() == "sco" else ASSET
            unit.details = self._details(item)
        return unit

    def _details(self, item: Element) -> dict[str, Any]:
        """What the content is given at its launch, and what decides whether it is passed."""
        details: dict[str, Any] = {
            "launch_data": text(child(item, "datafromlms")),
            "mastery_score": number(text(child(item, "masteryscore"))),
            "max_time": text(child(item, "maxtimeallowed")),
            "time_limit_action": text(child(item, "timelimitaction")),
        }
        if self.standard == SCORM2004:
            details |= self._of_2004(item)
        return {name: value for name, value in details.items() if value not in (None, "", [])}

    def _of_2004(self, item: Element) -> dict[str, Any]:
        """Completion threshold (CAM 1.3, 3.4.1.15) and what sequencing says about measures (5.1.7, 5.1.8)."""
        details: dict[str, Any] = {}
        threshold = child(item, "completionthreshold")
        if threshold is not None:
            least = attribute(threshold, "minprogressmeasure") or text(threshold)
            by_measure = attribute(threshold, "completedbymeasure")
            if by_measure == "true" or (not by_measure and text(threshold)):
                details["completion_threshold"] = number(least or "1.0")
        sequencing = child(item, "sequencing")
        for part in (sequencing, self.collected.get(attribute(sequencing, "idref"))):
            controls = child(part, "deliverycontrols")
            details.setdefault("completion_by_content", attribute(controls, "completionsetbycontent") == "true" or None)
            details.setdefault("success_by_content", attribute(controls, "objectivesetbycontent") == "true" or None)
            goals = child(part, "objectives")
            primary = child(goals, "primaryobjective")
            if attribute(primary, "satisfiedbymeasure") == "true":
                least = text(child(primary, "minnormalizedmeasure"))
                details.setdefault("passing_score", number(least) if least else 1.0)
            if goals is not None:
                names = [attribute(goal, "objectiveid") for goal in goals]
                details.setdefault("objectives", [name for name in names if name])
        return details

    def resources_as_units(self) -> Iterator[Unit]:
        """A unit for each SCO, or where there are none, for each asset that can be shown by itself."""
        found = [(identifier, *entry) for identifier, entry in self.resources.items() if attribute(entry[1], "href")]
        scos = [one for one in found if attribute(one[2], "scormtype").lower() == "sco"]
        shown = scos or [one for one in found if attribute(one[2], "href").partition("?")[0].lower().endswith(PAGES)]
        for position, (identifier, bases, resource) in enumerate(shown, start=1):
            title = text(child(child(child(child(resource, "metadata"), "lom"), "general"), "title"))
            name = short(title or identifier, _("Unit %(number)s", number=position))
            href = self.files.address(bases, attribute(resource, "href"), "", name)
            yield Unit(SCO if scos else ASSET, identifier, name, 0, None, href)


def base_of(element: Element) -> list[str]:
    """Its xml:base, as a folder."""
    base = attribute(element, "base")
    return [base if base.endswith("/") else base + "/"] if base else []


def number(words: str) -> float | None:
    """A decimal number, None where there is none."""
    try:
        value = float(words)
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None

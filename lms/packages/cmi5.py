"""cmi5.xml, the course structure of cmi5 (Quartz, section 13)."""

from typing import Any
from xml.etree.ElementTree import Element

from flask_babel import gettext as _

from lms.errors import Invalid
from lms.packages.manifest import Files, Manifest, Unit, short
from lms.packages.models import AU, CMI5, FOLDER
from lms.packages.scorm import DEEPEST, number
from lms.packages.texts import attribute, child, children, local, text

MOVE_ON = ("Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable")


def read(root: Element, files: Files) -> Manifest:
    """The manifest of a cmi5 course; raises Invalid with what is wrong."""
    if local(root) != "coursestructure":
        raise Invalid("file", _("cmi5.xml does not begin with <courseStructure>, so it describes no cmi5 course."))
    course = child(root, "course")
    if course is None or not attribute(course, "id"):
        raise Invalid("file", _("cmi5.xml has no <course> with an id."))
    identifier = attribute(course, "id")
    manifest = Manifest(
        CMI5, "cmi5", identifier, short(words(course, "title"), identifier), words(course, "description")
    )
    stack: list[tuple[Element, int, int | None]] = [(one, 0, None) for one in reversed(list(root))]
    while stack:
        element, depth, parent = stack.pop()
        if depth > DEEPEST:
            raise Invalid("file", _("The items of this package are nested more than %(most)s deep.", most=DEEPEST))
        if local(element) == "au":
            manifest.units.append(_unit(element, depth, parent, files))
        elif local(element) == "block":
            title = short(words(element, "title"), attribute(element, "id"))
            manifest.units.append(Unit(FOLDER, attribute(element, "id"), title, depth, parent, details={"block": True}))
            stack += [(one, depth + 1, len(manifest.units)) for one in reversed(list(element))]
    return manifest.without_empty_folders()


def words(element: Element, name: str) -> str:
    """The text of this name: in English if there is a choice, else the first."""
    choices = [one for group in children(element, name) for one in children(group, "langstring")]
    english = [one for one in choices if attribute(one, "lang").lower().startswith("en")]
    return text(next(iter([*english, *choices]), None))


def _unit(element: Element, depth: int, parent: int | None, files: Files) -> Unit:
    identifier = attribute(element, "id")
    title = short(words(element, "title"), identifier)
    if not identifier:
        raise Invalid("file", _("“%(title)s” has no id in cmi5.xml.", title=title))
    url = text(child(element, "url"))
    if not url:
        raise Invalid("file", _("“%(title)s” has no <url> in cmi5.xml.", title=title))
    move_on = attribute(element, "moveon") or "NotApplicable"
    if move_on not in MOVE_ON:
        raise Invalid("file", _("“%(title)s” has moveOn=“%(value)s”, which cmi5 does not know. It knows %(known)s.",
                                title=title, value=move_on[:40], known=", ".join(MOVE_ON)))  # fmt: skip
    mastery = number(attribute(element, "masteryscore"))
    if attribute(element, "masteryscore") and (mastery is None or not 0 <= mastery <= 1):
        raise Invalid("file", _("“%(title)s” has a masteryScore that is not from 0 to 1.", title=title))
    details: dict[str, Any] = {
        "move_on": move_on,
        "mastery_score": mastery,
        "launch_method": attribute(element, "launchmethod") or "AnyWindow",
        "launch_parameters": text(child(element, "launchparameters")),
        "entitlement_key": text(child(element, "entitlementkey")),
        "activity_type": attribute(element, "activitytype"),
    }
    details = {name: value for name, value in details.items() if value not in (None, "")}
    return Unit(AU, identifier, title, depth, parent, files.address([], url, "", title), details=details)

"""Questions as a QTI 2.1 package: an item each, and a manifest."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from lms.questions.definitions import FULL, MARKER
from lms.questions.formats.cloze import decimal, value_and_tolerance
from lms.questions.formats.items import Found, Item
from lms.questions.formats.qti_xml import MANIFEST, NAMESPACE, add_html
from lms.questions.grading import pieces
from lms.questions.html import digest

TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"


def write_qti(items: Sequence[Item]) -> tuple[bytes, Found]:
    """A zip with an item per question, and a line for each thing that it cannot hold."""
    report, file = Found(), io.BytesIO()
    manifest = Element("manifest", xmlns=PACKAGE, identifier="questions")
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for number, item in enumerate(items, start=1):
            name = f"item{number:04}"
            resource = SubElement(
                resources, "resource", identifier=name, type="imsqti_item_xmlv2p1", href=f"{name}.xml"
            )
            SubElement(resource, "file", href=f"{name}.xml")
            package.writestr(f"{name}.xml", _xml(_item(name, item)))
            _note_losses(item, f"question {number}", report)
        package.writestr(MANIFEST, _xml(manifest))
    return file.getvalue(), report


def _xml(root: Element) -> bytes:
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _note_losses(item: Item, where: str, report: Found) -> None:
    definition = item.definition
    kind = definition["kind"]
    if item.tags:
        report.missed(where, item.title, "Tags are not written to QTI.")
    said = [name for name in definition["feedback"] if definition["feedback"][name]]
    if any(not (kind == "truefalse" and name in ("correct", "incorrect")) for name in said) or any(
        row["feedback"] for name in ("variants", "numbers") for row in definition.get(name, ())
    ):
        report.missed(where, item.title, "QTI files hold feedback per option only.")
    variants = [row for owner in (definition, *definition.get("gaps", ())) for row in owner.get("variants", ())]
    if any(len(pieces(row["text"])) > 1 for row in variants):
        report.missed(where, item.title, "QTI has no asterisk that stands for any characters.")
    if kind == "ordering" and definition["scoring"] == "partial":
        report.missed(where, item.title, "In QTI an order is all or nothing.")


def _item(name: str, item: Item) -> Element:
    definition = item.definition
    root = Element("assessmentItem", xmlns=NAMESPACE, identifier=name, title=item.title, adaptive="false")
    root.set("timeDependent", "false")
    body = Element("itemBody")
    processing = WRITERS[definition["kind"]](root, body, definition)
    for outcome, value in (("SCORE", "0"), ("MAXSCORE", decimal(definition["points"]))):
        row = SubElement(root, "outcomeDeclaration", identifier=outcome, cardinality="single", baseType="float")
        SubElement(SubElement(row, "defaultValue"), "value").text = value
    root.append(body)
    root.append(processing)
    return root


def _template(name: str) -> Element:
    return Element("responseProcessing", template=f"{TEMPLATES}{name}")


def _telling(root: Element, several: bool, all_of_it: bool) -> Element:
    """What the templates do, and besides the feedback of what was chosen."""
    cardinality = "multiple" if several else "single"
    SubElement(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality=cardinality, baseType="identifier")
    processing = Element("responseProcessing")
    if all_of_it:
        rule = SubElement(SubElement(processing, "responseCondition"), "responseIf")
        match = SubElement(rule, "match")
        SubElement(match, "variable", identifier="RESPONSE")
        SubElement(match, "correct", identifier="RESPONSE")
        score = SubElement(rule, "setOutcomeValue", identifier="SCORE")
        SubElement(score, "variable", identifier="MAXSCORE")
    else:
        score = SubElement(processing, "setOutcomeValue", identifier="SCORE")
        SubElement(score, "mapResponse", identifier="RESPONSE")
    SubElement(SubElement(processing, "setOutcomeValue", identifier="FEEDBACK"), "variable", identifier="RESPONSE")
    return processing


def _declare(root: Element, name: str, cardinality: str, base: str, right: Sequence[str]) -> Element:
    row = SubElement(root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
    correct = SubElement(row, "correctResponse")
    for value in right:
        SubElement(correct, "value").text = value
    return row


def _map(declaration: Element, values: Mapping[str, float], most: float, **attributes: str) -> None:
    mapping = SubElement(declaration, "mapping", defaultValue="0", lowerBound="0", upperBound=decimal(most))
    for key, value in values.items():
        SubElement(mapping, "mapEntry", {"mapKey": key, "mappedValue": decimal(round(value, 5)), **attributes})


def _name(row: Mapping[str, Any]) -> str:
    return f"id-{row['id']}"


def _choice(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    options, several, points = definition["options"], definition["kind"] == "multiple", definition["points"]
    right = [_name(option) for option in options if option["correct"]]
    declaration = _declare(root, "RESPONSE", "multiple" if several else "single", "identifier", right)
    all_of_it = definition.get("scoring") == "all"
    if not all_of_it:
        shares = {_name(option): _share(option, len(right), several) * points / 100 for option in options}
        _map(declaration, shares, points)
    add_html(SubElement(body, "div"), definition["text"])
    asked = SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", maxChoices="0" if several else "1")
    asked.set("shuffle", str(definition["shuffle"]).lower())
    for option in options:
        _option(asked, _name(option), option["text"], option["feedback"])
    if any(option["feedback"] for option in options):
        return _telling(root, several, all_of_it)
    return _template("match_correct" if all_of_it else "map_response")


def _share(option: Mapping[str, Any], right: int, several: bool) -> float:
    if option["weight"] is not None:
        return float(option["weight"])
    if several:
        return (100 if option["correct"] else -100) / right
    return 100 if option["correct"] else 0


def _option(asked: Element, name: str, text: str, said: str) -> None:
    choice = add_html(SubElement(asked, "simpleChoice", identifier=name), text)
    if said:
        inline = SubElement(choice, "feedbackInline", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")
        add_html(inline, said)


def _true_false(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    right = str(definition["answer"]).lower()
    _declare(root, "RESPONSE", "single", "identifier", [right])
    add_html(SubElement(body, "div"), definition["text"])
    asked = SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")
    for name, text in (("true", "True"), ("false", "False")):
        _option(asked, name, text, definition["feedback"]["correct" if name == right else "incorrect"])
    if definition["feedback"]["correct"] or definition["feedback"]["incorrect"]:
        return _telling(root, several=False, all_of_it=True)
    return _template("match_correct")


def _short_text(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    _text_entry(root, "RESPONSE", definition, definition["points"])
    add_html(SubElement(body, "div"), definition["text"])
    SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
    return _template("map_response")


def _text_entry(root: Element, name: str, owner: Mapping[str, Any], most: float) -> None:
    texts = {"*".join(pieces(row["text"])): row["weight"] * most / 100 for row in owner["variants"]}
    right = [text for text, value in texts.items() if value >= most * FULL / 100]
    sensitive = str(owner["case_sensitive"]).lower()
    _map(_declare(root, name, "single", "string", right[:1]), texts, most, caseSensitive=sensitive)


def _numeric(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    processing = _number_entry(root, "RESPONSE", definition["numbers"], definition["points"])
    add_html(SubElement(body, "div"), definition["text"])
    SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
    return processing


def _number_entry(root: Element, name: str, rows: Sequence[Mapping[str, Any]], most: float) -> Element:
    """Rules for numbers within a tolerance, the best first."""
    best = sorted(rows, key=lambda row: -row["weight"])
    _declare(root, name, "single", "float", [value_and_tolerance(best[0])[0]])
    processing = Element("responseProcessing")
    condition = SubElement(processing, "responseCondition")
    for number, row in enumerate(best):
        value, tolerance = value_and_tolerance(row)
        rule = SubElement(condition, "responseElseIf" if number else "responseIf")
        equal = SubElement(rule, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")
        SubElement(equal, "variable", identifier=name)
        SubElement(equal, "baseValue", baseType="float").text = value
        score = SubElement(rule, "setOutcomeValue", identifier="SCORE")
        SubElement(score, "baseValue", baseType="float").text = decimal(round(row["weight"] * most / 100, 5))
    return processing


def _ordering(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    _declare(root, "RESPONSE", "ordered", "identifier", [_name(item) for item in definition["items"]])
    add_html(SubElement(body, "div"), definition["text"])
    asked = SubElement(body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
    # By id: the order of the file is not to be the right one.
    for item in sorted(definition["items"], key=lambda item: item["id"]):
        add_html(SubElement(asked, "simpleChoice", identifier=_name(item)), item["text"])
    return _template("match_correct")


def _matching(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    pairs, points = definition["pairs"], definition["points"]
    right = [f"{_name(pair)} id-r-{digest(pair['right'])}" for pair in pairs]
    declaration = _declare(root, "RESPONSE", "multiple", "directedPair", right)
    _map(declaration, dict.fromkeys(right, points / len(pairs)), points)
    add_html(SubElement(body, "div"), definition["text"])
    asked = SubElement(body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true")
    asked.set("maxAssociations", str(len(pairs)))
    lefts, rights = SubElement(asked, "simpleMatchSet"), SubElement(asked, "simpleMatchSet")
    for pair in pairs:
        choice = SubElement(lefts, "simpleAssociableChoice", identifier=_name(pair), matchMax="1")
        add_html(choice, pair["left"])
    for text in dict.fromkeys([*(pair["right"] for pair in pairs), *definition["extra"]]):
        name = f"id-r-{digest(text)}"
        SubElement(rights, "simpleAssociableChoice", identifier=name, matchMax="0").text = text
    return _template("match_correct" if definition["scoring"] == "all" else "map_response")


def _gaps(root: Element, body: Element, definition: Mapping[str, Any]) -> Element:
    gaps = definition["gaps"]
    share = definition["points"] / sum(gap["weight"] for gap in gaps)
    processing = Element("responseProcessing")
    html = MARKER.sub(lambda match: f'<textEntryInteraction responseIdentifier="GAP{match[1]}"></textEntryInteraction>',
                      definition["text"])  # fmt: skip
    add_html(SubElement(body, "div"), html)
    places = {element.get("responseidentifier"): element for element in body.iter("textentryinteraction")}
    for number, gap in enumerate(gaps, start=1):
        name, most = f"GAP{number}", share * gap["weight"]
        place = places[name]
        place.attrib.clear()
        place.tag = "inlineChoiceInteraction" if gap["kind"] == "choice" else "textEntryInteraction"
        place.set("responseIdentifier", name)
        if gap["kind"] == "number":
            numbers = {value_and_tolerance(row)[0]: row["weight"] * most / 100 for row in gap["numbers"]}
            _map(_declare(root, name, "single", "float", [next(iter(numbers))]), numbers, most)
        elif gap["kind"] == "text":
            _text_entry(root, name, gap, most)
        else:
            right = [_name(option) for option in gap["options"] if option["correct"]]
            values = {_name(option): _share(option, len(right), False) * most / 100 for option in gap["options"]}
            _map(_declare(root, name, "single", "identifier", right[:1]), values, most)
            place.set("shuffle", str(definition["shuffle"]).lower())
            for option in gap["options"]:
                add_html(SubElement(place, "inlineChoice", identifier=_name(option)), option["text"])
    total = SubElement(SubElement(processing, "setOutcomeValue", identifier="SCORE"), "sum")
    for number in range(1, len(gaps) + 1):
        SubElement(total, "mapResponse", identifier=f"GAP{number}")
    return processing


WRITERS: dict[str, Callable[[Element, Element, Mapping[str, Any]], Element]] = {
    "single": _choice, "multiple": _choice, "truefalse": _true_false, "shorttext": _short_text,
    "numeric": _numeric, "ordering": _ordering, "matching": _matching, "gaps": _gaps,
}  # fmt: skip

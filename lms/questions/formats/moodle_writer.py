"""Questions as Moodle XML."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lms.questions.formats.cloze import decimal, value_and_tolerance, write_cloze
from lms.questions.formats.items import Found, Item
from lms.questions.formats.moodle_xml import add_html, add_text

TYPES = {
    "single": "multichoice", "multiple": "multichoice", "truefalse": "truefalse", "shorttext": "shortanswer",
    "numeric": "numerical", "ordering": "ordering", "matching": "matching", "gaps": "cloze",
}  # fmt: skip
COMBINED = ("single", "multiple", "ordering", "matching")
"""Kinds whose type in Moodle has feedback for right, partly right and not right."""


def write_moodle(items: Sequence[Item]) -> tuple[bytes, Found]:
    """A Moodle XML file, and a line for each thing that it cannot hold."""
    quiz, report = Element("quiz"), Found()
    for number, item in enumerate(items, start=1):
        _write(quiz, item)
        _note_losses(item, f"question {number}", report)
    indent(quiz)
    return tostring(quiz, encoding="utf-8", xml_declaration=True), report


def _write(quiz: Element, item: Item) -> None:
    definition = item.definition
    kind, feedback = definition["kind"], definition["feedback"]
    question = SubElement(quiz, "question", type=TYPES[kind])
    add_text(question, "name", item.title)
    add_html(question, "questiontext", write_cloze(definition) if kind == "gaps" else definition["text"])
    add_html(question, "generalfeedback", feedback["general"])
    SubElement(question, "defaultgrade").text = decimal(definition["points"])
    SubElement(question, "penalty").text = "0"
    SubElement(question, "hidden").text = "0"
    WRITERS[kind](question, definition)
    if kind in COMBINED:
        add_html(question, "correctfeedback", feedback["correct"])
        add_html(question, "partiallycorrectfeedback", feedback["partial"])
        add_html(question, "incorrectfeedback", feedback["incorrect"])
    if item.tags:
        tags = SubElement(question, "tags")
        for tag in item.tags:
            add_text(tags, "tag", tag)


def _note_losses(item: Item, where: str, report: Found) -> None:
    definition = item.definition
    kind, feedback = definition["kind"], definition["feedback"]
    if definition.get("scoring") == "all" and kind != "ordering":
        report.missed(where, item.title, "Moodle XML does not hold that it is all or nothing.")
    lost = {"gaps": ("correct", "partial", "incorrect"), "truefalse": ("partial",)}
    if any(feedback[name] for name in lost.get(kind, () if kind in COMBINED else ("correct", "partial"))):
        report.missed(where, item.title, "Moodle has no place for this feedback in this type of question.")
    if any(gap["weight"] != round(gap["weight"]) for gap in definition.get("gaps", ())):
        report.missed(where, item.title, "The shares of gaps are whole numbers in Moodle.")


def _answer(question: Element, fraction: float, text: str, said: str, *, html: bool = False) -> Element:
    if html:
        answer = add_html(question, "answer", text, fraction=decimal(round(fraction, 5)))
    else:
        answer = SubElement(question, "answer", fraction=decimal(round(fraction, 5)), format="plain_text")
        SubElement(answer, "text").text = text
    add_html(answer, "feedback", said)
    return answer


def _choice(question: Element, definition: Mapping[str, Any]) -> None:
    options, several = definition["options"], definition["kind"] == "multiple"
    right = sum(option["correct"] for option in options)
    SubElement(question, "single").text = "false" if several else "true"
    SubElement(question, "shuffleanswers").text = "true" if definition["shuffle"] else "false"
    for option in options:
        weight = option["weight"]
        if weight is None:
            weight = (100 if option["correct"] else -100) / right if several else 100 if option["correct"] else 0
        _answer(question, weight, option["text"], option["feedback"], html=True)


def _true_false(question: Element, definition: Mapping[str, Any]) -> None:
    for value in (True, False):
        is_right = value == definition["answer"]
        said = definition["feedback"]["correct" if is_right else "incorrect"]
        _answer(question, 100 if is_right else 0, "true" if value else "false", said)


def _short_text(question: Element, definition: Mapping[str, Any]) -> None:
    SubElement(question, "usecase").text = "1" if definition["case_sensitive"] else "0"
    for variant in definition["variants"]:
        _answer(question, variant["weight"], variant["text"], variant["feedback"])
    _catch_all(question, definition)


def _catch_all(question: Element, definition: Mapping[str, Any]) -> None:
    """Moodle's way to say something to everybody who is wrong: an answer `*` that is worth nothing."""
    if said := definition["feedback"]["incorrect"]:
        _answer(question, 0, "*", said)


def _numeric(question: Element, definition: Mapping[str, Any]) -> None:
    for row in definition["numbers"]:
        value, tolerance = value_and_tolerance(row)
        answer = _answer(question, row["weight"], value, row["feedback"])
        SubElement(answer, "tolerance").text = tolerance
    _catch_all(question, definition)


def _ordering(question: Element, definition: Mapping[str, Any]) -> None:
    SubElement(question, "layouttype").text = "VERTICAL"
    SubElement(question, "selecttype").text = "ALL"
    SubElement(question, "selectcount").text = "0"
    all_of_it = definition["scoring"] == "all"
    SubElement(question, "gradingtype").text = "ALL_OR_NOTHING" if all_of_it else "RELATIVE_NEXT_EXCLUDE_LAST"
    for number, item in enumerate(definition["items"], start=1):
        add_html(question, "answer", item["text"], fraction=str(number))


def _matching(question: Element, definition: Mapping[str, Any]) -> None:
    SubElement(question, "shuffleanswers").text = "true"
    rows = [(pair["left"], pair["right"]) for pair in definition["pairs"]]
    for left, right in [*rows, *(("", text) for text in definition["extra"])]:
        add_text(add_html(question, "subquestion", left), "answer", right)


def _gaps(question: Element, definition: Mapping[str, Any]) -> None:
    """Everything of a cloze question stands in its text."""


WRITERS = {
    "single": _choice, "multiple": _choice, "truefalse": _true_false, "shorttext": _short_text,
    "numeric": _numeric, "ordering": _ordering, "matching": _matching, "gaps": _gaps,
}  # fmt: skip

"""Questions as Moodle's GIFT format."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lms.questions.definitions import FULL, MARKER
from lms.questions.formats.items import Found, Item

TAGGABLE = re.compile(r"[^\]<>`{}|~\\]+")


def write_gift(items: Sequence[Item]) -> tuple[str, Found]:
    """A GIFT file, and a line for each thing that it cannot hold."""
    report, blocks = Found(), []
    for number, item in enumerate(items, start=1):
        where = f"question {number}"
        block = _block(item, where, report)
        if block is None:
            report.missed(where, item.title, "GIFT has no such question. Use Moodle XML.")
        else:
            blocks.append(block)
    return "\n\n".join(blocks) + "\n", report


def _block(item: Item, where: str, report: Found) -> str | None:
    definition = item.definition
    feedback = dict(definition["feedback"])
    after = ""
    before = definition["text"]
    if definition["kind"] == "gaps":
        if len(definition["gaps"]) > 1:
            return None
        before, _number, after = MARKER.split(before)
        body = _gap(definition["gaps"][0], feedback)
    elif definition["kind"] in WRITERS:
        body = WRITERS[definition["kind"]](definition, feedback)
    else:
        return None
    if body is None:
        return None
    if feedback["general"]:
        body += f"\n####{_html(feedback['general'])}"
    _note_losses(item, feedback, where, report)
    tags = [tag for tag in item.tags if TAGGABLE.fullmatch(tag)]
    comment = f"// {' '.join(f'[tag:{tag}]' for tag in tags)}\n" if tags else ""
    return f"{comment}::{_escaped(item.title)}::[html]{_html(before, opening=True)}{{{body}\n}}{_html(after)}"


def _note_losses(item: Item, feedback: Mapping[str, str], where: str, report: Found) -> None:
    definition = item.definition
    if definition["kind"] == "gaps" and MARKER.fullmatch(definition["text"][-5:]):
        report.missed(where, item.title, "A gap at the end of the text is a question without a gap in GIFT.")
    if definition["points"] != 1:
        report.missed(where, item.title, "GIFT holds no points: every question counts for 1.")
    if definition.get("scoring") == "all":
        report.missed(where, item.title, "GIFT does not hold that it is all or nothing.")
    if definition.get("case_sensitive") or any(gap["case_sensitive"] for gap in definition.get("gaps", ())):
        report.missed(where, item.title, "GIFT does not hold that capitals matter.")
    if definition["kind"] in ("single", "multiple", "gaps") and not definition["shuffle"]:
        report.missed(where, item.title, "GIFT does not hold that the order of the options stays.")
    if any(feedback[name] for name in ("correct", "partial", "incorrect")):
        report.missed(where, item.title, "GIFT holds feedback per answer and for everybody only.")
    if any(not TAGGABLE.fullmatch(tag) for tag in item.tags):
        report.missed(where, item.title, "A tag has a character that GIFT cannot hold.")


def _escaped(text: str) -> str:
    return re.sub(r"[\\~=#{}:]", r"\\\g<0>", text).replace("\n", "\\n")


def _html(text: str, opening: bool = False) -> str:
    """HTML as GIFT; an arrow would make a matching question of it, a bracket at the start a format."""
    text = text.replace("->", "-&gt;")
    if text.lstrip().startswith("[") and not opening:
        text = text.replace("[", "&#91;", 1)
    return _escaped(text)


def _said(text: str) -> str:
    return f"#{_html(text)}" if text else ""


def _percent(weight: float) -> str:
    return f"%{_number(round(weight, 5))}%"


def _number(value: float) -> str:
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _options(options: Iterable[Mapping[str, Any]], several: bool) -> str:
    options = list(options)
    right = sum(option["correct"] for option in options)
    lines, marked = [], False
    for option in options:
        weight = option["weight"]
        if weight is None:
            weight = (100 if option["correct"] else -100) / right if several else 100 if option["correct"] else 0
        if weight >= FULL and not several and not marked:
            marked, sign, usual = True, "=", 100
        else:
            sign, usual = "~", 0
        if weight != usual or option["text"].startswith("%"):
            sign += _percent(weight)
        lines.append(f"\n{sign}{_html(option['text'])}{_said(option['feedback'])}")
    return "".join(lines)


def _variants(variants: Iterable[Mapping[str, Any]], feedback: dict[str, str]) -> str | None:
    variants = list(variants)
    if len(variants) > 1 and all("->" in variant["text"] for variant in variants):
        return None
    lines = []
    for row in variants:
        # What begins with % might be read as a weight, unless there is one in front of it.
        weight = "" if row["weight"] == 100 and not row["text"].startswith("%") else _percent(row["weight"])
        lines.append(f"\n={weight}{_escaped(row['text'])}{_said(row['feedback'])}")
    if wrong := feedback["incorrect"]:
        feedback["incorrect"] = ""
        lines.append(f"\n=%0%*{_said(wrong)}")
    return "".join(lines)


def _numbers(rows: Iterable[Mapping[str, Any]], feedback: dict[str, str]) -> str:
    lines = ["#"]
    for row in rows:
        if row["value"] is None:
            text = f"{_number(row['low'])}..{_number(row['high'])}"
        else:
            text = f"{_number(row['value'])}:{_number(row['tolerance'])}"
        lines.append(f"\n={'' if row['weight'] == 100 else _percent(row['weight'])}{text}{_said(row['feedback'])}")
    if wrong := feedback["incorrect"]:
        feedback["incorrect"] = ""
        lines.append(f"\n~{_said(wrong)}")
    return "".join(lines)


def _true_false(definition: Mapping[str, Any], feedback: dict[str, str]) -> str:
    wrong, right = feedback["incorrect"], feedback["correct"]
    feedback["incorrect"] = feedback["correct"] = ""
    said = f"#{_html(wrong)}#{_html(right)}" if right else _said(wrong)
    return ("TRUE" if definition["answer"] else "FALSE") + said


def _matching(definition: Mapping[str, Any], feedback: dict[str, str]) -> str:
    pairs = [f"\n={_html(pair['left'])} -> {_escaped(pair['right'])}" for pair in definition["pairs"]]
    return "".join(pairs) + "".join(f"\n= -> {_escaped(text)}" for text in definition["extra"])


def _gap(gap: Mapping[str, Any], feedback: dict[str, str]) -> str | None:
    if gap["kind"] == "choice":
        return _options(gap["options"], several=False)
    return _variants(gap["variants"], feedback) if gap["kind"] == "text" else _numbers(gap["numbers"], feedback)


WRITERS = {
    "single": lambda definition, feedback: _options(definition["options"], several=False),
    "multiple": lambda definition, feedback: _options(definition["options"], several=True),
    "truefalse": _true_false,
    "shorttext": lambda definition, feedback: _variants(definition["variants"], feedback),
    "numeric": lambda definition, feedback: _numbers(definition["numbers"], feedback),
    "matching": _matching,
}

"""Moodle's GIFT format, read as its documentation describes it (docs.moodle.org, "GIFT format")."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.questions.formats.items import Found, as_html

ESCAPES = {"\\\\": "\\", "\\~": "~", "\\=": "=", "\\#": "#", "\\{": "{", "\\}": "}", "\\:": ":", "\\n": "\n"}
HIDDEN = {escape: chr(0xFDD0 + number) for number, escape in enumerate(ESCAPES)}
"""Escaped characters become characters that no text has, so that only those that mean something are left."""
SHOWN = {hidden: ESCAPES[escape] for escape, hidden in HIDDEN.items()}
FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
TAG = re.compile(r"\[tag:((?:\\\]|[^\]<>`{}|~])+)\]")
WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
TRUE_FALSE = re.compile(r"(T|TRUE|F|FALSE)(?:#(.*))?", re.DOTALL | re.IGNORECASE)
ESSAY = "Open questions are not taken over: nobody could grade them here."
DESCRIPTION = "This is a text without a question. Put it on a page instead."
GAP = "_____"


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one question, with where it begins and what comments and categories say about it."""

    line: int
    text: str
    tags: tuple[str, ...]


def read_gift(text: str) -> Found:
    """Every question of a GIFT file; what is none of ours becomes a line of the report."""
    found = Found()
    for block in _blocks(text):
        _read(block, found)
    return found


def _blocks(text: str) -> Iterator[Block]:
    """Questions are separated by empty lines; comments and categories stand on lines of their own."""
    category, tags, lines, first = "", [], [], 0
    for number, line in enumerate([*re.split(r"\r\n|\r|\n", text.lstrip("\ufeff")), ""], start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            tags += [tag.replace("\\]", "]").strip() for tag in TAG.findall(stripped)]
        elif stripped.startswith("$CATEGORY:"):
            category = stripped.removeprefix("$CATEGORY:").strip().rstrip("/").rsplit("/", 1)[-1]
            category = "" if category in ("top", "$course$", "$module$", "$system$") else category
        elif stripped:
            first = first or number
            lines.append(line)
        elif lines:
            yield Block(first, "\n".join(lines), (*tags, *([category] if category else ())))
            tags, lines, first = [], [], 0


def _read(block: Block, found: Found) -> None:
    text = block.text
    for escape, hidden in HIDDEN.items():
        text = text.replace(escape, hidden)
    text, title = text.strip(), ""
    if text.startswith("::") and (end := text.find("::", 2)) > 0:
        title, text = _shown(text[2:end]).strip(), text[end + 2 :].strip()
    where = f"line {block.line}"
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 and end < 0:
        found.missed(where, title or _shown(text), DESCRIPTION)
        return
    if begin < 0 or end < begin:
        found.missed(where, title or _shown(text), "A brace is missing, so it is not clear where the answers are.")
        return
    format, before = _format(text[:begin], "moodle")
    after, answers = text[end + 1 :], text[begin + 1 : end].strip()
    answers, general = _general(answers, format)
    if not answers:
        found.missed(where, title or _shown(before), ESSAY)
        return
    data = _question(answers, format)
    if data is None:
        found.missed(where, title or _shown(before), "Its answers cannot be told apart. See the GIFT format.")
        return
    feedback = {**data.pop("feedback", {}), "general": general}
    if after.strip():
        data = _missing_word(data)
        mark = "[[1]]" if data["kind"] == "gaps" else GAP
        question = _html(f"{before}{mark}{after}", format)
    else:
        question = _html(before, format)
    found.add(where, title, {**data, "text": question, "feedback": feedback}, block.tags)


def _shown(text: str) -> str:
    for hidden, character in SHOWN.items():
        text = text.replace(hidden, character)
    return text


def _format(text: str, default: str) -> tuple[str, str]:
    match = FORMAT.match(text)
    return (match[1], text[match.end() :]) if match else (default, text)


def _html(text: str, default: str) -> str:
    format, rest = _format(text, default)
    return as_html(_shown(rest), format)


def _general(answers: str, format: str) -> tuple[str, str]:
    rest, mark, general = answers.rpartition("####")
    return (rest.strip(), _html(general, format)) if mark else (answers, "")


def _question(answers: str, format: str) -> dict[str, Any] | None:
    """The kind follows from the signs in the braces."""
    if answers.startswith("#"):
        return _numeric(answers[1:], format)
    if match := TRUE_FALSE.fullmatch(answers):
        said = [_html(part, format) for part in (match[2] or "").split("#")]
        return {
            "kind": "truefalse",
            "answer": match[1].upper().startswith("T"),
            "feedback": {"incorrect": said[0], "correct": said[1] if len(said) > 1 else ""},
        }
    rows = _rows(answers)
    if "~" in answers:
        options = [
            {"text": _html(text, format), "weight": weight, "feedback": _html(said, format)}
            for _sign, weight, text, said in rows
        ]
        return {"kind": "single" if "=" in answers else "multiple", "options": options}
    if len(rows) > 1 and all("->" in text for _sign, _weight, text, _said in rows):
        return _matching([text for _sign, _weight, text, _said in rows], format)
    variants = [
        {"text": _shown(text), "weight": weight, "feedback": _html(said, format)} for _, weight, text, said in rows
    ]
    return {"kind": "shorttext", **_without_catch_all(variants)} if variants else None


def _rows(answers: str) -> list[tuple[str, float, str, str]]:
    """Each answer as (sign, weight in percent, text, feedback); without a sign it is a right one."""
    pieces = re.split(r"([=~])", answers)
    pairs = list(zip(pieces[1::2], pieces[2::2], strict=True))
    if pieces[0].strip():
        pairs.insert(0, ("=", pieces[0]))
    rows = []
    for sign, piece in pairs:
        weight: float = 100 if sign == "=" else 0
        if match := WEIGHT.match(piece):
            weight, piece = float(match[1]), piece[match.end() :]
        text, _mark, said = piece.partition("#")
        rows.append((sign, weight, text.strip(), said.strip()))
    return rows


def _without_catch_all(variants: list[dict[str, Any]]) -> dict[str, Any]:
    """`=%0%*#…` says something to everybody who is wrong."""
    said = ""
    if len(variants) > 1 and variants[-1]["text"] == "*" and variants[-1]["weight"] == 0:
        said = variants[-1]["feedback"]
        variants = variants[:-1]
    return {"variants": variants, "feedback": {"incorrect": said}}


def _matching(texts: list[str], format: str) -> dict[str, Any]:
    pairs, extra = [], []
    for text in texts:
        left, _arrow, right = text.partition("->")
        if left.strip():
            pairs.append({"left": _html(left, format), "right": _shown(right)})
        else:
            extra.append(_shown(right))
    return {"kind": "matching", "pairs": pairs, "extra": extra}


def _numeric(answers: str, format: str) -> dict[str, Any] | None:
    answers, mark, wrong = answers.partition("~")
    said = _html(wrong.partition("#")[2], format) if mark else ""
    numbers = [
        {**_range(text), "weight": weight, "feedback": _html(feedback, format)}
        for _sign, weight, text, feedback in _rows(answers)
    ]
    return {"kind": "numeric", "numbers": numbers, "feedback": {"incorrect": said}} if numbers else None


def _range(text: str) -> Mapping[str, Any]:
    """`1..5` or `3:2`; what is no number is refused later, in words."""
    text = "".join(_shown(text).split())
    if ".." in text:
        low, _dots, high = text.partition("..")
        return {"low": low, "high": high}
    value, _colon, tolerance = text.partition(":")
    return {"value": value, "tolerance": tolerance or 0}


def _missing_word(data: dict[str, Any]) -> dict[str, Any]:
    """Answers in the middle of a sentence: a gap, where it can be one."""
    own = {"single": ("choice", "options"), "shorttext": ("text", "variants"), "numeric": ("number", "numbers")}
    if data["kind"] not in own:
        return data
    kind, name = own[data["kind"]]
    return {"kind": "gaps", "gaps": [{"kind": kind, name: data[name]}], "feedback": data.get("feedback", {})}

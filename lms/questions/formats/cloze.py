"""Moodle's cloze syntax, `{2:SHORTANSWER:=Paris~%50%paris#Mind the capital}`, as gaps and back."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from lms.questions.definitions import FULL, MARKER
from lms.questions.html import escaped, plain

GAP = re.compile(r"\{(\d{0,4}):([A-Z_]+):((?:\\.|[^\\}])*)\}", re.DOTALL)
SHORT = ("SHORTANSWER", "SA", "MW")
SHORT_CASE = ("SHORTANSWER_C", "SAC", "MWC")
NUMBER = ("NUMERICAL", "NM")
CHOICE = re.compile(r"(?:MULTICHOICE|MC)(?:_?[VH])?(_?S)?|MULTICHOICE_[VH]?S?")
SPECIAL = re.compile(r"[\\}#~]|^[=%]")
"""What means something in an answer; a backslash takes that away."""


def read_cloze(text: str, missed: Callable[[str, str], None]) -> dict[str, Any] | None:
    """Gaps of a cloze question, and its text with marks where they stand; None if one of them cannot be taken over."""
    gaps: list[dict[str, Any]] = []
    shuffle, problem = False, ""

    def gap(match: re.Match[str]) -> str:
        nonlocal shuffle, problem
        weight, kind, answers = int(match[1] or 1) or 1, match[2], _rows(match[3])
        if kind in SHORT or kind in SHORT_CASE:
            gaps.append({"kind": "text", "case_sensitive": kind in SHORT_CASE, "variants": [
                {"text": plain(text), "weight": share, "feedback": said} for share, text, said in answers
            ]})  # fmt: skip
        elif kind in NUMBER:
            gaps.append({"kind": "number", "numbers": [_number(*row) for row in answers if row[1] != "*"]})
        elif CHOICE.fullmatch(kind):
            shuffle = shuffle or kind.removeprefix("MULTICHOICE").removeprefix("MC").endswith("S")
            gaps.append({"kind": "choice", "options": [
                {"text": text, "weight": share, "feedback": said} for share, text, said in answers
            ]})  # fmt: skip
        else:
            problem = kind
        if gaps:
            gaps[-1]["weight"] = weight
        return f"[[{len(gaps)}]]"

    marked = GAP.sub(gap, text)
    if problem:
        missed(problem, "A gap of this kind has no like here.")
        return None
    if not gaps:
        missed(plain(text), "There is no gap in the text.")
        return None
    return {"kind": "gaps", "text": marked, "gaps": gaps, "shuffle": shuffle}


def _rows(answers: str) -> list[tuple[float, str, str]]:
    """Each answer as (weight in percent, text, feedback)."""
    rows = []
    for piece in _split(answers, "~"):
        text, *rest = _split(piece.strip(), "#")
        weight: float = 0
        text = text.strip()
        if text.startswith("="):
            weight, text = 100, text[1:]
        elif match := re.match(r"%(-?\d+(?:\.\d+)?)%", text):
            weight, text = float(match[1]), text[match.end() :]
        rows.append((weight, _unescaped(text).strip(), _unescaped("#".join(rest)).strip()))
    return rows


def _split(text: str, sign: str) -> list[str]:
    return re.split(rf"(?<!\\){sign}", text.replace("\\\\", "\ufdd0"))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).replace("\ufdd0", "\\")


def _number(weight: float, text: str, said: str) -> dict[str, Any]:
    value, _colon, tolerance = text.partition(":")
    return {"value": value.strip(), "tolerance": tolerance.strip() or 0, "weight": weight, "feedback": said}


def write_cloze(definition: Mapping[str, Any]) -> str:
    """The text of a gaps question with its answers in cloze syntax."""
    shuffled = "MULTICHOICE_S" if definition["shuffle"] else "MULTICHOICE"

    def gap(match: re.Match[str]) -> str:
        row = definition["gaps"][int(match[1]) - 1]
        weight = max(1, round(row["weight"]))
        if row["kind"] == "choice":
            return f"{{{weight}:{shuffled}:{'~'.join(_option(option) for option in row['options'])}}}"
        if row["kind"] == "text":
            kind = "SHORTANSWER_C" if row["case_sensitive"] else "SHORTANSWER"
            answers = [_answer(one["weight"], escaped(one["text"]), one["feedback"]) for one in row["variants"]]
        else:
            kind = "NUMERICAL"
            answers = [
                _answer(one["weight"], ":".join(value_and_tolerance(one)), one["feedback"])
                for one in row["numbers"]
            ]
        return f"{{{weight}:{kind}:{'~'.join(answers)}}}"

    return MARKER.sub(gap, definition["text"])


def _option(option: Mapping[str, Any]) -> str:
    weight = option["weight"]
    return _answer(
        (100 if option["correct"] else 0) if weight is None else weight, option["text"], option["feedback"]
    )


def _answer(weight: float, text: str, said: str) -> str:
    sign = "=" if weight >= FULL else f"%{decimal(weight)}%" if weight else ""
    return f"{sign}{SPECIAL.sub(_escape, text)}{'#' if said else ''}{SPECIAL.sub(_escape, said)}"


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def decimal(value: float) -> str:
    """A number without an exponent and without zeros at its end."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_and_tolerance(row: Mapping[str, Any]) -> tuple[str, str]:
    """Moodle knows no range: its middle, and half its width, accept the same numbers."""
    if row["value"] is not None:
        return decimal(row["value"]), decimal(row["tolerance"])
    low, high = Decimal(str(row["low"])), Decimal(str(row["high"]))
    return _plain((low + high) / 2), _plain((high - low) / 2)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

"""What an answer is worth. The rules are told to authors in docs/questions.md."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from lms.questions.definitions import FULL
from lms.questions.html import digest


@dataclass(frozen=True, slots=True)
class Grade:
    """`points` out of `of`; `correct` means all of them. `feedback` is HTML, in the order to be read."""

    points: float
    of: float
    correct: bool
    feedback: list[str]

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return self.points / self.of


def grade(definition: Mapping[str, Any], answer: Any) -> Grade:
    """Grade an answer that `read_answer` returned; None, no answer, is worth nothing."""
    percent, said = (0.0, []) if answer is None else GRADERS[definition["kind"]](definition, answer)
    if definition.get("scoring") == "all" and percent < FULL:
        percent = 0.0
    correct, of = percent >= FULL, definition["points"]
    points = of if correct else round(of * max(0.0, percent) / 100, 5)
    feedback = definition["feedback"]
    outcome = feedback["correct"] if correct else (points and feedback["partial"]) or feedback["incorrect"]
    return Grade(points, of, correct, [text for text in (*said, outcome, feedback["general"]) if text])


Outcome = tuple[float, list[str]]
"""Percent of the points, possibly below 0, and the feedback of what was chosen."""


def _single(definition: Mapping[str, Any], answer: str) -> Outcome:
    return _choice(definition["options"], answer)


def _choice(options: Iterable[Mapping[str, Any]], answer: str) -> Outcome:
    option = next(option for option in options if option["id"] == answer)
    weight = option["weight"] if option["weight"] is not None else 100 if option["correct"] else 0
    return weight, [option["feedback"]]


def _multiple(definition: Mapping[str, Any], answer: Sequence[str]) -> Outcome:
    options = definition["options"]
    right = sum(option["correct"] for option in options)
    percent = 0.0
    for option in options:
        if option["id"] in answer:
            default = (1 if option["correct"] else -1) * 100 / right
            percent += default if option["weight"] is None else option["weight"]
    return percent, [option["feedback"] for option in options if option["id"] in answer]


def _true_false(definition: Mapping[str, Any], answer: bool) -> Outcome:
    return (100 if answer == definition["answer"] else 0), []


def _short_text(definition: Mapping[str, Any], answer: str) -> Outcome:
    return _variants(definition["variants"], definition["case_sensitive"], answer)


def _variants(variants: Iterable[Mapping[str, Any]], case_sensitive: bool, answer: str) -> Outcome:
    hits = [variant for variant in variants if matches(variant["text"], answer, case_sensitive)]
    return _best(hits)


def _best(hits: Sequence[Mapping[str, Any]]) -> Outcome:
    if not hits:
        return 0, []
    best = max(hits, key=lambda hit: hit["weight"])
    return best["weight"], [best["feedback"]]


def matches(pattern: str, text: str, case_sensitive: bool) -> bool:
    """Whether the whole of `text` fits `pattern`; the time is at most the product of their lengths."""
    words = pieces(pattern)
    text = _comparable(text, case_sensitive)
    words = [_comparable(word, case_sensitive) for word in words]
    if len(words) == 1:
        return text == words[0]
    first, *between, last = words
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for word in between:
        position = text.find(word, position, end)
        if position < 0:
            return False
        position += len(word)
    return True


def pieces(pattern: str) -> list[str]:
    """What stands between the asterisks of a pattern; `\\*` is an asterisk itself."""
    return [word.replace("\0", "*") for word in pattern.replace("\\*", "\0").split("*")]


def _comparable(text: str, case_sensitive: bool) -> str:
    text = unicodedata.normalize("NFC", text)
    return text if case_sensitive else unicodedata.normalize("NFC", text.casefold())


def _numeric(definition: Mapping[str, Any], answer: float) -> Outcome:
    return _numbers(definition["numbers"], answer)


def _numbers(rows: Iterable[Mapping[str, Any]], answer: float) -> Outcome:
    given = Decimal(str(answer))
    return _best([row for row in rows if _is_within(row, given)])


def _is_within(row: Mapping[str, Any], given: Decimal) -> bool:
    """In decimals, so that 0.3 is within 0.1 of 0.2."""
    if row["value"] is None:
        return Decimal(str(row["low"])) <= given <= Decimal(str(row["high"]))
    return abs(given - Decimal(str(row["value"]))) <= Decimal(str(row["tolerance"]))


def _ordering(definition: Mapping[str, Any], answer: Sequence[str]) -> Outcome:
    right = [item["id"] for item in definition["items"]]
    following = set(pairwise(right))
    kept = sum(pair in following for pair in pairwise(answer))
    return kept * 100 / len(following), []


def _matching(definition: Mapping[str, Any], answer: Mapping[str, str]) -> Outcome:
    pairs = definition["pairs"]
    right = sum(answer.get(pair["id"]) == digest(pair["right"]) for pair in pairs)
    return right * 100 / len(pairs), []


def _gaps(definition: Mapping[str, Any], answer: Mapping[str, Any]) -> Outcome:
    total, earned, said = 0.0, 0.0, []
    for number, gap in enumerate(definition["gaps"], start=1):
        total += gap["weight"]
        given = answer.get(str(number))
        if given is None:
            continue
        if gap["kind"] == "choice":
            percent, feedback = _choice(gap["options"], given)
        elif gap["kind"] == "text":
            percent, feedback = _variants(gap["variants"], gap["case_sensitive"], given)
        else:
            percent, feedback = _numbers(gap["numbers"], given)
        earned += gap["weight"] * (100 if percent >= FULL else max(0.0, percent))
        said += feedback
    return earned / total, said


GRADERS: dict[str, Callable[..., Outcome]] = {
    "single": _single, "multiple": _multiple, "truefalse": _true_false, "shorttext": _short_text,
    "numeric": _numeric, "ordering": _ordering, "matching": _matching, "gaps": _gaps,
}  # fmt: skip


def right_answer(definition: Mapping[str, Any]) -> Any:
    """An answer that earns every point, as `read_answer` returns answers. Never for a learner's eyes beforehand."""
    match definition["kind"]:
        case "single":
            return _right_option(definition["options"])
        case "multiple":
            return sorted(option["id"] for option in definition["options"] if option["correct"])
        case "truefalse":
            return definition["answer"]
        case "shorttext":
            return _right_text(definition["variants"])
        case "numeric":
            return _right_number(definition["numbers"])
        case "ordering":
            return [item["id"] for item in definition["items"]]
        case "matching":
            return {pair["id"]: digest(pair["right"]) for pair in definition["pairs"]}
    return {str(number): _right_for_gap(gap) for number, gap in enumerate(definition["gaps"], start=1)}


def _right_for_gap(gap: Mapping[str, Any]) -> Any:
    if gap["kind"] == "choice":
        return _right_option(gap["options"])
    return _right_text(gap["variants"]) if gap["kind"] == "text" else _right_number(gap["numbers"])


def _right_option(options: Iterable[Mapping[str, Any]]) -> str:
    return str(next(option["id"] for option in options if option["correct"]))


def _right_text(variants: Iterable[Mapping[str, Any]]) -> str:
    best = next(variant["text"] for variant in variants if variant["weight"] >= FULL)
    return "*".join(pieces(best))


def _right_number(rows: Iterable[Mapping[str, Any]]) -> float:
    row = next(row for row in rows if row["weight"] >= FULL)
    return float(row["low"] if row["value"] is None else row["value"])

"""What a learner answers, as it comes in and as it is kept."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from lms.errors import Invalid
from lms.questions.html import digest, printable

LONGEST = 1000
"""Characters of a short text."""
FOREIGN = "This answer does not belong to the question. Reload the page and answer again."


def read_answer(definition: Mapping[str, Any], raw: Any) -> Any:
    """The answer as it is kept, from JSON or a form; None where nothing was answered.

    single: an id. multiple: a sorted list of ids. truefalse: a bool. shorttext: a string. numeric: a number.
    ordering: all ids in the learner's order. matching: {id of the left: id of the choice}.
    gaps: {"1": id, string or number}. Raises Invalid for ids that are not the question's and what is no number.
    """
    return READERS[definition["kind"]](definition, raw)


def _single(definition: Mapping[str, Any], raw: Any) -> str | None:
    return _chosen(raw, {option["id"] for option in definition["options"]})


def _chosen(raw: Any, ids: Collection[str], field: str = "answer") -> str | None:
    if raw in (None, "", []):
        return None
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, str) or raw not in ids:
        raise Invalid(field, FOREIGN)
    return raw


def _multiple(definition: Mapping[str, Any], raw: Any) -> list[str] | None:
    if raw in (None, "", []):
        return None
    if isinstance(raw, str):
        raw = [raw]
    ids = {option["id"] for option in definition["options"]}
    if not isinstance(raw, list) or not all(isinstance(id, str) and id in ids for id in raw):
        raise Invalid("answer", FOREIGN)
    return sorted(set(raw))


def _true_false(definition: Mapping[str, Any], raw: Any) -> bool | None:
    if raw in (None, "", []):
        return None
    if raw in (True, "true"):
        return True
    if raw in (False, "false"):
        return False
    raise Invalid("answer", FOREIGN)


def _short_text(definition: Mapping[str, Any], raw: Any) -> str | None:
    return _words(raw, "answer")


def _words(raw: Any, field: str) -> str | None:
    if raw is None:
        return None
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise Invalid(field, FOREIGN)
    if len(raw) > LONGEST:
        raise Invalid(field, f"Use at most {LONGEST} characters.")
    return " ".join(printable(raw).split()) or None


def _numeric(definition: Mapping[str, Any], raw: Any) -> float | None:
    return _number(raw, "answer")


def _number(raw: Any, field: str) -> float | None:
    if raw is None:
        return None
    text = str(raw).strip().replace("\u2212", "-").replace("\u00a0", "").replace(" ", "")
    if not text:
        return None
    if "," in text and "." not in text and text.count(",") == 1:
        text = text.replace(",", ".")
    try:
        number = float(text) if len(text) <= 40 and "_" not in text and not isinstance(raw, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(field, "Fill in a number, for example 12.5.")
    return number


def _ordering(definition: Mapping[str, Any], raw: Any) -> list[str] | None:
    if raw in (None, "", []):
        return None
    ids = [item["id"] for item in definition["items"]]
    if isinstance(raw, str):
        raw = raw.split(",")
    if not isinstance(raw, list) or not all(isinstance(id, str) for id in raw) or sorted(raw) != sorted(ids):
        raise Invalid("answer", FOREIGN)
    return list(raw)


def _matching(definition: Mapping[str, Any], raw: Any) -> dict[str, str] | None:
    if raw in (None, "", [], {}):
        return None
    if not isinstance(raw, Mapping):
        raise Invalid("answer", FOREIGN)
    lefts = {pair["id"] for pair in definition["pairs"]}
    choices = {digest(text) for text in (*(pair["right"] for pair in definition["pairs"]), *definition["extra"])}
    if not raw.keys() <= lefts:
        raise Invalid("answer", FOREIGN)
    chosen = {left: _chosen(right, choices) for left, right in raw.items()}
    return {left: right for left, right in sorted(chosen.items()) if right is not None} or None


def _gaps(definition: Mapping[str, Any], raw: Any) -> dict[str, Any] | None:
    if raw in (None, "", [], {}):
        return None
    if not isinstance(raw, Mapping) or not raw.keys() <= {str(n + 1) for n in range(len(definition["gaps"]))}:
        raise Invalid("answer", FOREIGN)
    answer: dict[str, Any] = {}
    for number, gap in enumerate(definition["gaps"], start=1):
        given, field = raw.get(str(number)), f"answer.{number}"
        if gap["kind"] == "choice":
            value: Any = _chosen(given, {option["id"] for option in gap["options"]}, field)
        elif gap["kind"] == "text":
            value = _words(given, field)
        else:
            value = _number(given, field)
        if value is not None:
            answer[str(number)] = value
    return answer or None


READERS = {
    "single": _single, "multiple": _multiple, "truefalse": _true_false, "shorttext": _short_text,
    "numeric": _numeric, "ordering": _ordering, "matching": _matching, "gaps": _gaps,
}  # fmt: skip

"""What a learner may see of a question before answering it.

Nothing here depends on the solution: two questions that differ only in what is right look the same.
"""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from lms.questions.definitions import MARKER
from lms.questions.html import digest


def for_learner(definition: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The question without right answers, weights or feedback; its options in an order that `seed` decides."""
    kind = definition["kind"]
    view: dict[str, Any] = {"kind": kind, "text": definition["text"], "points": definition["points"]}
    random = Random(f"{seed} {definition['text']}")
    match kind:
        case "single" | "multiple":
            view["options"] = _options(definition["options"], definition["shuffle"], random)
        case "ordering":
            view["items"] = _options(definition["items"], True, random)
        case "matching":
            pairs = ({"id": pair["id"], "left": pair["left"]} for pair in definition["pairs"])
            view["pairs"] = _shuffled(pairs, random)
            texts = {pair["right"] for pair in definition["pairs"]} | set(definition["extra"])
            view["choices"] = _shuffled(({"id": digest(text), "text": text} for text in texts), random)
        case "gaps":
            view["parts"] = MARKER.split(definition["text"])
            view["gaps"] = [_gap(gap, definition["shuffle"], random) for gap in definition["gaps"]]
    return view


def _options(options: Iterable[Mapping[str, Any]], shuffle: bool, random: Random) -> list[dict[str, Any]]:
    shown = [{"id": option["id"], "text": option["text"]} for option in options]
    return _shuffled(shown, random) if shuffle else shown


def _gap(gap: Mapping[str, Any], shuffle: bool, random: Random) -> dict[str, Any]:
    view: dict[str, Any] = {"kind": gap["kind"]}
    if gap["kind"] == "choice":
        view["options"] = _options(gap["options"], shuffle, random)
    return view


def _shuffled(rows: Iterable[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """By id first, so that the order of the definition does not shine through."""
    ordered = sorted(rows, key=lambda row: row["id"])
    random.shuffle(ordered)
    return ordered

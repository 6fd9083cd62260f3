"""What a question is: one canonical definition per kind, whoever wrote it.

Every kind has `kind`, `text` (HTML), `points`, `feedback` and `shuffle`; the classes below add the kind's own.
Ids are given here, not by the author: a digest of the option's own text. So an id says nothing about what is right,
and the same option has the same id in every version of its question and after every import.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from lms.attrs import MESSAGES
from lms.errors import Invalid
from lms.questions.html import clean, digest, plain, printable

KINDS = ("single", "multiple", "truefalse", "shorttext", "numeric", "ordering", "matching", "gaps")
MARKER = re.compile(r"\[\[(\d{1,2})\]\]")
"""Where a gap stands in the text: `[[1]]`, `[[2]]`, …"""
MOST = 50
"""Options, variants, items, pairs or gaps of one question."""
FULL = 99.9
"""Percent from which an answer counts as fully right: three times 33.33333 must do."""


def _printable(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    return clean(text).strip()


def _line(text: str) -> str:
    return " ".join(text.split())


def _whole_if_possible(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("Fill in a number.")
    return int(value) if value == int(value) and abs(value) < 1e15 else value


LongHtml = Annotated[
    str, BeforeValidator(_printable), StringConstraints(max_length=400_000), AfterValidator(_clean)
]
Html = Annotated[str, BeforeValidator(_printable), StringConstraints(max_length=100_000), AfterValidator(_clean)]
Line = Annotated[
    str, BeforeValidator(_printable), AfterValidator(_line), StringConstraints(max_length=500),
]  # fmt: skip
Number = Annotated[float, AfterValidator(_whole_if_possible)]
Percent = Annotated[Number, Field(ge=0, le=100)]


class Part(BaseModel):
    """Base of everything in a definition; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Feedback(Part):
    """What is said after answering: when fully right, partly right, not right, and to everybody."""

    correct: Html = ""
    partial: Html = ""
    incorrect: Html = ""
    general: Html = ""


class Option(Part):
    """One option of a choice. `weight` is a percentage of the points; None leaves it to the kind's rule."""

    id: str = ""
    text: Html = ""
    correct: bool = False
    weight: Annotated[Number, Field(ge=-100, le=100)] | None = None
    feedback: Html = ""


class Variant(Part):
    """An accepted text; `*` stands for any characters, `\\*` for an asterisk. Weight in percent of the points."""

    text: Line
    weight: Percent = 100
    feedback: Html = ""


class Numbers(Part):
    """Accepted numbers: `value` with a `tolerance` either way, or everything from `low` to `high`, bounds included."""

    value: Number | None = None
    tolerance: Annotated[Number, Field(ge=0)] | None = None
    low: Number | None = None
    high: Number | None = None
    weight: Percent = 100
    feedback: Html = ""


class Item(Part):
    """One of several things to be put in order."""

    id: str = ""
    text: Html = ""


class Pair(Part):
    """What is to be matched with what; several lefts may have the same right."""

    id: str = ""
    left: Html = ""
    right: Line = ""


class Gap(Part):
    """One gap of a text, itself a small question; `weight` is its share among the gaps."""

    kind: Literal["choice", "text", "number"]
    weight: Annotated[Number, Field(gt=0, le=1000)] = 1
    options: list[Option] = Field(default_factory=list, max_length=MOST)
    variants: list[Variant] = Field(default_factory=list, max_length=MOST)
    numbers: list[Numbers] = Field(default_factory=list, max_length=MOST)
    case_sensitive: bool = False


class Definition(Part):
    """What every kind has."""

    kind: str
    text: LongHtml = ""
    points: Annotated[Number, Field(gt=0, le=1000)] = 1
    feedback: Feedback = Feedback()
    shuffle: bool = True


class Choice(Definition):
    """Single and multiple choice."""

    options: list[Option] = Field(max_length=MOST)


class MultipleChoice(Choice):
    """Multiple choice; `scoring` is `partial` or, for all or nothing, `all`."""

    scoring: Literal["partial", "all"] = "partial"


class TrueFalse(Definition):
    """True or false."""

    answer: bool


class ShortText(Definition):
    """A few words."""

    variants: list[Variant] = Field(max_length=MOST)
    case_sensitive: bool = False


class Numeric(Definition):
    """A number."""

    numbers: list[Numbers] = Field(max_length=MOST)


class Ordering(Definition):
    """Items, listed in their right order."""

    items: list[Item] = Field(max_length=MOST)
    scoring: Literal["partial", "all"] = "partial"


class Matching(Definition):
    """Pairs, and wrong answers that belong to none."""

    pairs: list[Pair] = Field(max_length=MOST)
    extra: list[Line] = Field(default_factory=list, max_length=MOST)
    scoring: Literal["partial", "all"] = "partial"


class Gaps(Definition):
    """A text with gaps: `[[1]]` in the text is the first of `gaps`."""

    gaps: list[Gap] = Field(max_length=MOST)
    scoring: Literal["partial", "all"] = "partial"


MODELS: dict[str, type[Definition]] = {
    "single": Choice, "multiple": MultipleChoice, "truefalse": TrueFalse, "shorttext": ShortText,
    "numeric": Numeric, "ordering": Ordering, "matching": Matching, "gaps": Gaps,
}  # fmt: skip
WORDS = {
    **MESSAGES, "too_long": "Use at most {max_length} of them.", "greater_than": "Use a number above {gt}.",
    "greater_than_equal": "Use {ge} or more.", "less_than_equal": "Use {le} or less.",
    "float_parsing": "Fill in a number.", "float_type": "Fill in a number.", "finite_number": "Fill in a number.",
    "bool_parsing": "Say yes or no.", "bool_type": "Say yes or no.", "string_type": "Fill in a text.",
    "list_type": "This cannot be read. Reload the page and try again.",
    "model_type": "This cannot be read. Reload the page and try again.",
}  # fmt: skip


def validated_question(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as a canonical definition: every field there, HTML cleaned, ids given. Doing it again changes nothing.

    Raises Invalid with a path to the field, such as `options.2.text`, and a sentence that says what to do.
    """
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(kind, str) or kind not in MODELS:
        raise Invalid("kind", "Choose a kind of question from the list.")
    try:
        definition = MODELS[kind].model_validate(dict(data)).model_dump()
    except ValidationError as error:
        problem = error.errors()[0]
        text = WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        path = ".".join(str(part) for part in problem["loc"]) or "kind"
        raise Invalid(path, text.format(**problem.get("ctx", {}))) from None
    if not says_something(definition["text"]):
        raise Invalid("text", "Write the question.")
    CHECKS[kind](definition)
    return definition


def says_something(text: str) -> bool:
    """Whether some HTML shows words or a picture."""
    return bool(plain(text)) or "<img" in text


def _check_choice(definition: dict[str, Any]) -> None:
    _check_options(definition["options"], "options", definition["kind"] == "multiple")


def _check_options(options: list[dict[str, Any]], path: str, several: bool) -> None:
    if len(options) < 2:
        raise Invalid(path, "Give at least two options.")
    _give_ids(options, "text", path, "Two options are the same. Change one of them or take it out.")
    weights = [option["weight"] for option in options]
    if all(weight is None for weight in weights):
        if not any(option["correct"] for option in options):
            raise Invalid(path, "Mark the right option." if not several else "Mark at least one right option.")
        return
    for option in options:
        if option["weight"] is None:
            option["weight"] = 100 if option["correct"] and not several else 0
        option["correct"] = option["weight"] > 0 if several else option["weight"] >= FULL
    if several and abs(sum(weight for option in options if (weight := option["weight"]) > 0) - 100) > 0.1:
        raise Invalid(path, "The weights of the right options must be 100 together.")
    if not several and not any(option["correct"] for option in options):
        raise Invalid(path, "One option must be worth 100%.")
    if all(option["weight"] == (100 if option["correct"] else 0) for option in options) and not several:
        for option in options:
            option["weight"] = None


def _give_ids(rows: Sequence[dict[str, Any]], field: str, path: str, message: str) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if not says_something(row[field]):
            raise Invalid(f"{path}.{number}.{field}", "Fill this in, or take it out.")
        row["id"] = digest(row[field])
        if row["id"] in seen:
            raise Invalid(f"{path}.{number}.{field}", message)
        seen.add(row["id"])


def _check_true_false(definition: dict[str, Any]) -> None:
    definition["shuffle"] = False


def _check_short_text(definition: dict[str, Any]) -> None:
    definition["shuffle"] = False
    _check_variants(definition["variants"], "variants")


def _check_variants(variants: list[dict[str, Any]], path: str) -> None:
    for number, variant in enumerate(variants):
        if not variant["text"]:
            raise Invalid(f"{path}.{number}.text", "Fill this in, or take it out.")
    if not any(variant["weight"] >= FULL for variant in variants):
        raise Invalid(path, "Give at least one answer that is worth 100%.")


def _check_numeric(definition: dict[str, Any]) -> None:
    definition["shuffle"] = False
    _check_numbers(definition["numbers"], "numbers")


def _check_numbers(rows: list[dict[str, Any]], path: str) -> None:
    for number, row in enumerate(rows):
        here = f"{path}.{number}"
        if row["value"] is not None:
            if row["low"] is not None or row["high"] is not None:
                raise Invalid(f"{here}.value", "Give a value or a range, not both.")
            row["tolerance"] = row["tolerance"] or 0
        elif row["low"] is None or row["high"] is None:
            raise Invalid(f"{here}.value", "Give a value, or both ends of a range.")
        elif row["low"] > row["high"]:
            raise Invalid(f"{here}.high", "The end of the range must not be below its beginning.")
        else:
            row["tolerance"] = None
    if not any(row["weight"] >= FULL for row in rows):
        raise Invalid(path, "Give at least one answer that is worth 100%.")


def _check_ordering(definition: dict[str, Any]) -> None:
    definition["shuffle"] = True
    if len(definition["items"]) < 2:
        raise Invalid("items", "Give at least two items.")
    _give_ids(definition["items"], "text", "items", "Two items are the same. Change one of them or take it out.")


def _check_matching(definition: dict[str, Any]) -> None:
    definition["shuffle"] = True
    pairs = definition["pairs"]
    if len(pairs) < 2:
        raise Invalid("pairs", "Give at least two pairs.")
    _give_ids(pairs, "left", "pairs", "Two pairs ask for the same thing. Change one of them or take it out.")
    for number, pair in enumerate(pairs):
        if not pair["right"]:
            raise Invalid(f"pairs.{number}.right", "Fill this in, or take it out.")
    rights = {pair["right"] for pair in pairs}
    extra = list(dict.fromkeys(text for text in definition["extra"] if text and text not in rights))
    definition["extra"] = extra
    if len(rights) + len(extra) < 2:
        raise Invalid("pairs", "There must be at least two different answers to choose from.")


def _check_gaps(definition: dict[str, Any]) -> None:
    gaps, text = definition["gaps"], definition["text"]
    numbers = [int(number) for number in MARKER.findall(text)]
    if not gaps:
        raise Invalid("gaps", "Give at least one gap.")
    if sorted(numbers) != list(range(1, len(gaps) + 1)) or numbers != [int(n) for n in MARKER.findall(plain(text))]:
        raise Invalid("text", "Every gap stands once in the text, as [[1]], [[2]] and so on.")
    for number, gap in enumerate(gaps):
        own = {"choice": "options", "text": "variants", "number": "numbers"}[gap["kind"]]
        gap.update({name: [] for name in ("options", "variants", "numbers") if name != own})
        if gap["kind"] != "text":
            gap["case_sensitive"] = False
        path = f"gaps.{number}.{own}"
        if gap["kind"] == "choice":
            _check_options(gap["options"], path, several=False)
        elif gap["kind"] == "text":
            _check_variants(gap["variants"], path)
        else:
            _check_numbers(gap["numbers"], path)


CHECKS = {
    "single": _check_choice, "multiple": _check_choice, "truefalse": _check_true_false, "shorttext": _check_short_text,
    "numeric": _check_numeric, "ordering": _check_ordering, "matching": _check_matching, "gaps": _check_gaps,
}  # fmt: skip

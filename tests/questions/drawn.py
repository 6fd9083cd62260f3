"""Questions as hypothesis draws them: canonical definitions of every kind."""

import string
from typing import Any

from hypothesis import strategies as st

from lms.questions import KINDS, validated_question

LETTERS = string.ascii_letters + string.digits + " .,;:-_~=#{}\\*%!?()[]<>&\"'/éßñ€日😀\u00a0\u2028\n"
words = st.text(LETTERS, min_size=1, max_size=25).map(lambda text: f"{text.strip()}.").map(str.strip)
htmls = st.one_of(
    words.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    words.map(lambda text: f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p><ul><li>one</li></ul>"),
).filter(lambda text: "[[" not in text)
lines = words.map(lambda text: " ".join(text.split())).filter(bool)
feedbacks = st.one_of(st.just(""), htmls)
number = st.one_of(st.integers(-1000, 1000), st.decimals(-1000, 1000, places=3).map(float))
points = st.one_of(st.integers(1, 20), st.just(0.5))


@st.composite
def options(draw: st.DrawFn, several: bool) -> list[dict[str, Any]]:
    texts = draw(st.lists(htmls, min_size=2, max_size=5, unique_by=str.strip))
    rows = [{"text": text, "feedback": draw(feedbacks)} for text in texts]
    right = draw(st.integers(1, len(rows) - 1)) if several else 1
    weighted = draw(st.booleans())
    for position, row in enumerate(draw(st.permutations(rows))):
        row["correct"] = position < right
        if weighted:
            wrong = st.sampled_from([-100, -50, -25, 0]) if several else st.sampled_from([-50, 0, 25, 50])
            row["weight"] = (100 / right if several else 100) if row["correct"] else draw(wrong)
    return rows


@st.composite
def variants(draw: st.DrawFn) -> list[dict[str, Any]]:
    texts = draw(st.lists(lines, min_size=1, max_size=4, unique=True))
    rest = st.sampled_from([100, 50, 25])
    return [
        {"text": text, "weight": 100 if position == 0 else draw(rest), "feedback": draw(feedbacks)}
        for position, text in enumerate(texts)
    ]


@st.composite
def numbers(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for position in range(draw(st.integers(1, 3))):
        row: dict[str, Any] = {"weight": 100 if position == 0 else draw(st.sampled_from([100, 50, 25]))}
        row["feedback"] = draw(feedbacks)
        value = draw(number)
        if draw(st.booleans()):
            row |= {"value": value, "tolerance": draw(st.sampled_from([0, 0.5, 0.001, 2]))}
        else:
            row |= {"low": value, "high": value + draw(st.integers(0, 50))}
        rows.append(row)
    return rows


@st.composite
def gaps(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["choice", "text", "number"]))
        row: dict[str, Any] = {"kind": kind, "weight": draw(st.integers(1, 4))}
        if kind == "choice":
            row["options"] = draw(options(several=False))
        elif kind == "text":
            row |= {"variants": draw(variants()), "case_sensitive": draw(st.booleans())}
        else:
            row["numbers"] = draw(numbers())
        rows.append(row)
    return rows


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    """A canonical definition."""
    kind = draw(st.sampled_from(kinds))
    said = {name: draw(feedbacks) for name in ("correct", "partial", "incorrect", "general")}
    data: dict[str, Any] = {
        "kind": kind, "text": draw(htmls), "points": draw(points), "feedback": said, "shuffle": draw(st.booleans()),
    }  # fmt: skip
    scoring = draw(st.sampled_from(["partial", "all"]))
    if kind in ("single", "multiple"):
        data["options"] = draw(options(several=kind == "multiple"))
    elif kind == "truefalse":
        data["answer"] = draw(st.booleans())
    elif kind == "shorttext":
        data |= {"variants": draw(variants()), "case_sensitive": draw(st.booleans())}
    elif kind == "numeric":
        data["numbers"] = draw(numbers())
    elif kind == "ordering":
        data["items"] = [{"text": text} for text in draw(st.lists(htmls, min_size=2, max_size=6, unique_by=str.strip))]
    elif kind == "matching":
        lefts = draw(st.lists(htmls, min_size=2, max_size=4, unique_by=str.strip))
        data["pairs"] = [{"left": left, "right": draw(lines)} for left in lefts]
        data["extra"] = [*draw(st.lists(lines, max_size=2, unique=True)), "None of these at all"]
    else:
        data["gaps"] = draw(gaps())
        data["text"] += "".join(f" and [[{n + 1}]]" for n in range(len(data["gaps"]))) + " or so."
    if kind in ("multiple", "ordering", "matching", "gaps"):
        data["scoring"] = scoring
    return validated_question(data)


def answers(definition: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any answer that can be given to a question, as it comes from the page."""
    match definition["kind"]:
        case "single":
            return st.none() | st.sampled_from([option["id"] for option in definition["options"]])
        case "multiple":
            return st.lists(st.sampled_from([option["id"] for option in definition["options"]]))
        case "truefalse":
            return st.sampled_from([None, "true", "false", True, False])
        case "shorttext":
            return st.none() | st.text(max_size=30) | st.sampled_from([row["text"] for row in definition["variants"]])
        case "numeric":
            return st.none() | number | st.sampled_from(["1,5", "-3", " 12.25 "])
        case "ordering":
            return st.permutations([item["id"] for item in definition["items"]])
    return st.just({})

"""Moodle XML, read: what each type of question becomes here, and what stays behind."""

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from lms.errors import Invalid
from lms.questions.definitions import FULL, MARKER
from lms.questions.formats.cloze import read_cloze
from lms.questions.formats.items import Found
from lms.questions.formats.moodle_xml import html_of, parsed, text_of

NOT_GRADED = {
    "description": "This is a text without a question. Put it on a page instead.",
    "essay": "Open questions are not taken over: nobody could grade them here.",
}
UNKNOWN = "There is no such type of question here."
SAID = {"correct": "correctfeedback", "partial": "partiallycorrectfeedback", "incorrect": "incorrectfeedback"}
ORDERED = {"ALL_OR_NOTHING": "all", "-1": "all"}
"""Of the plugin's ways of grading an order; its own default is RELATIVE_NEXT_EXCLUDE_LAST (0)."""
SAME_AS_OURS = ("", "0", "RELATIVE_NEXT_EXCLUDE_LAST", *ORDERED)

Missed = Callable[[str, str], None]


def read_moodle(data: bytes) -> Found:
    """Every question of a Moodle XML file; raises Invalid if it is none."""
    root = parsed(data)
    if root.tag != "quiz":
        raise Invalid("file", "This is XML, but not of Moodle's question bank: its first element is not quiz.")
    found, category = Found(), ""
    for number, question in enumerate(root.findall("question"), start=1):
        if question.get("type") == "category":
            category = text_of(question, "category").rstrip("/").rsplit("/", 1)[-1]
            category = "" if category in ("top", "$course$", "$module$", "$system$") else category
            continue
        _read(question, f"question {number}", [category] if category else [], found)
    return found


def _read(question: Element, where: str, tags: list[str], found: Found) -> None:
    title, kind = text_of(question, "name"), question.get("type") or ""

    def missed(what: str, why: str) -> None:
        found.missed(where, f"{title}: {what}" if title else what, why)

    if kind not in READERS:
        found.missed(where, title or kind, NOT_GRADED.get(kind, UNKNOWN))
        return
    data: dict[str, Any] = {"text": html_of(question.find("questiontext"), missed)}
    own = READERS[kind](question, data["text"], missed)
    if own is None:
        return
    feedback = {name: html_of(question.find(tag), missed) for name, tag in SAID.items()}
    feedback["general"] = html_of(question.find("generalfeedback"), missed)
    data["feedback"] = feedback | {name: said for name, said in own.pop("feedback", {}).items() if said}
    data["points"] = _points(question, missed)
    if question.findall("hint"):
        missed("hints", "Hints for further tries are not taken over.")
    tags = tags + [text for tag in question.findall("tags/tag") if (text := (tag.findtext("text") or "").strip())]
    found.add(where, title, {**data, **own}, tags)


def _points(question: Element, missed: Missed) -> float:
    text = question.findtext("defaultgrade")
    if text is None or not text.strip():
        return 1
    points = _number(text)
    if points is None or not 0 < points <= 1000:
        missed(f"grade {text.strip()}", "Points are above 0 and up to 1000; the question counts for 1.")
        return 1
    return points


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").strip())
    except ValueError:
        return None


def _flag(question: Element, tag: str, default: bool) -> bool:
    text = (question.findtext(tag) or "").strip().lower()
    return text in ("1", "true") if text else default


def _multichoice(question: Element, text: str, missed: Missed) -> dict[str, Any]:
    options: list[dict[str, Any]] = [
        {
            "text": html_of(answer, missed),
            "weight": _number(answer.get("fraction")) or 0,
            "feedback": html_of(answer.find("feedback"), missed),
        }
        for answer in question.findall("answer")
    ]
    single = _flag(question, "single", True)
    own: dict[str, Any] = {"kind": "single" if single else "multiple", "options": options}
    if question.get("type") == "multichoiceset":
        own |= {"kind": "multiple", "scoring": "all"}
        for option in options:
            option |= {"correct": option.pop("weight") > 0}
    return own | {"shuffle": _flag(question, "shuffleanswers", True)}


def _truefalse(question: Element, text: str, missed: Missed) -> dict[str, Any]:
    answers = {(answer.findtext("text") or "").strip().lower(): answer for answer in question.findall("answer")}
    right = next((name for name, answer in answers.items() if (_number(answer.get("fraction")) or 0) >= FULL), "true")
    said = {name: html_of(answer.find("feedback"), missed) for name, answer in answers.items()}
    wrong = next((name for name in answers if name != right), "")
    return {
        "kind": "truefalse",
        "answer": right == "true",
        "feedback": {"correct": said.get(right, ""), "incorrect": said.get(wrong, "")},
    }


def _answers(question: Element, missed: Missed) -> tuple[list[tuple[Element, dict[str, Any]]], dict[str, str]]:
    """Text, weight and feedback of each answer; a last `*` that is worth nothing is feedback for the others."""
    rows: list[tuple[Element, dict[str, Any]]] = [
        (
            answer,
            {
                "text": (answer.findtext("text") or "").strip(),
                "weight": _number(answer.get("fraction")) or 0,
                "feedback": html_of(answer.find("feedback"), missed),
            },
        )
        for answer in question.findall("answer")
    ]
    said = ""
    if len(rows) > 1 and rows[-1][1]["text"] == "*" and rows[-1][1]["weight"] == 0:
        said = rows.pop()[1]["feedback"]
    return rows, {"incorrect": said}


def _shortanswer(question: Element, text: str, missed: Missed) -> dict[str, Any]:
    rows, feedback = _answers(question, missed)
    variants = [row for _answer, row in rows]
    return {
        "kind": "shorttext",
        "variants": variants,
        "feedback": feedback,
        "case_sensitive": _flag(question, "usecase", False),
    }


def _numerical(question: Element, text: str, missed: Missed) -> dict[str, Any]:
    rows, feedback = _answers(question, missed)
    numbers = [
        {
            "value": row["text"],
            "tolerance": (answer.findtext("tolerance") or "").strip() or 0,
            "weight": row["weight"],
            "feedback": row["feedback"],
        }
        for answer, row in rows
    ]
    if units := [text_of(unit, "unit_name") for unit in question.findall("units/unit")]:
        missed(f"units {', '.join(units)}", "Units are not taken over: a number is asked, say in which unit.")
    return {"kind": "numeric", "numbers": numbers, "feedback": feedback}


def _matching(question: Element, text: str, missed: Missed) -> dict[str, Any]:
    pairs, extra = [], []
    for part in question.findall("subquestion"):
        left, right = html_of(part, missed), text_of(part, "answer")
        if left:
            pairs.append({"left": left, "right": right})
        else:
            extra.append(right)
    return {"kind": "matching", "pairs": pairs, "extra": extra}


def _ordering(question: Element, text: str, missed: Missed) -> dict[str, Any]:
    grading = (question.findtext("gradingtype") or "").strip()
    if grading not in SAME_AS_OURS:
        missed(f"grading {grading}", "An order is graded by what follows what, or all or nothing.")
    if (question.findtext("selecttype") or "ALL").strip() not in ("ALL", "0"):
        missed("selection", "Moodle asks some of the items here, we ask them all.")
    answers = sorted(question.findall("answer"), key=lambda answer: _number(answer.get("fraction")) or 0)
    items = [{"text": html_of(answer, missed)} for answer in answers]
    return {"kind": "ordering", "items": items, "scoring": ORDERED.get(grading, "partial")}


def _gapselect(question: Element, text: str, missed: Missed) -> dict[str, Any] | None:
    """Words to choose or to drag into gaps: `[[n]]` is the place of the n-th word, the others are its group's."""
    rows = question.findall("selectoption") or question.findall("dragbox")
    words = [((row.findtext("text") or "").strip(), row.findtext("group") or "1") for row in rows]
    numbers = [int(number) for number in MARKER.findall(text)]
    if not numbers or any(not 1 <= number <= len(words) for number in numbers):
        missed("gaps", "The gaps in the text and the words to choose from do not belong together.")
        return None
    gaps = []
    for number in numbers:
        word, group = words[number - 1]
        others = dict.fromkeys(other for other, its_group in words if its_group == group)
        gaps.append({"kind": "choice", "options": [{"text": _escaped(o), "correct": o == word} for o in others]})
    count = iter(range(1, len(numbers) + 1))
    marked = MARKER.sub(lambda _match: f"[[{next(count)}]]", text)
    return {"kind": "gaps", "gaps": gaps, "text": marked, "shuffle": _flag(question, "shuffleanswers", True)}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _cloze(question: Element, text: str, missed: Missed) -> dict[str, Any] | None:
    own = read_cloze(text, missed)
    if own is not None and (question.findtext("defaultgrade") or "").strip() == "":
        own["points"] = sum(gap["weight"] for gap in own["gaps"])
    return own


READERS: Mapping[str, Callable[[Element, str, Missed], dict[str, Any] | None]] = {
    "multichoice": _multichoice, "multichoiceset": _multichoice, "truefalse": _truefalse,
    "shortanswer": _shortanswer, "numerical": _numerical, "matching": _matching, "ordering": _ordering,
    "gapselect": _gapselect, "ddwtos": _gapselect, "cloze": _cloze, "multianswer": _cloze,
}  # fmt: skip

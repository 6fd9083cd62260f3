"""What each kind of interaction of QTI 2.1 becomes here."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from lms.questions.definitions import says_something
from lms.questions.formats.qti_xml import inner_html
from lms.questions.html import plain

ALONE = ("choiceInteraction", "orderInteraction", "matchInteraction")
NO_SOLUTION = "The item does not say what is right."
MATCH_CORRECT = "match_correct"


def read_alone(item: Element, body: Element, asked: Element) -> dict[str, Any] | str:
    """An item with one interaction of its own, or the sentence why it cannot be taken over."""
    declaration = _declaration(item, asked)
    if declaration is None:
        return NO_SOLUTION
    if asked.tag == "orderInteraction":
        own: dict[str, Any] | str = _ordering(item, asked, declaration)
    elif asked.tag == "matchInteraction":
        own = _matching(asked, declaration)
    else:
        own = _choice(item, asked, declaration)
    if isinstance(own, str):
        return own
    earned = [value for value in _mapped(declaration).values() if value > 0]
    full = max(earned, default=1.0) if declaration.get("cardinality") == "single" else sum(earned)
    return {"points": _points(item, full), "text": _text(body, asked)} | own


def _declaration(item: Element, asked: Element) -> Element | None:
    identifier = asked.get("responseIdentifier")
    return next((row for row in item.findall("responseDeclaration") if row.get("identifier") == identifier), None)


def _text(body: Element, asked: Element) -> str:
    """What stands around the interaction, and its prompt."""
    prompt = asked.find("prompt")
    words = inner_html(prompt) if prompt is not None else ""
    for parent in body.iter():
        if asked in list(parent):
            parent.remove(asked)
            break
    around = inner_html(body)
    return f"{around}<p>{words}</p>" if words and says_something(around) else words or around


def _points(item: Element, mapped: float) -> float:
    """The item's MAXSCORE, the maximum of its SCORE, or what its mappings give together."""
    outcomes = {row.get("identifier"): row for row in item.findall("outcomeDeclaration")}
    said = [_number(outcomes["MAXSCORE"].findtext("defaultValue/value"))] if "MAXSCORE" in outcomes else []
    said += [_number(outcomes["SCORE"].get("normalMaximum"))] if "SCORE" in outcomes else []
    return next((number for number in (*said, mapped) if number and 0 < number <= 1000), 1)


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").strip())
    except ValueError:
        return None


def _right(declaration: Element) -> list[str]:
    return [(value.text or "").strip() for value in declaration.findall("correctResponse/value")]


def _mapped(declaration: Element) -> dict[str, float]:
    rows = declaration.findall("mapping/mapEntry")
    return {(row.get("mapKey") or "").strip(): _number(row.get("mappedValue")) or 0 for row in rows}


def _is_all_or_nothing(item: Element) -> bool:
    processing = item.find("responseProcessing")
    return processing is not None and MATCH_CORRECT in (processing.get("template") or "")


def _choice(item: Element, asked: Element, declaration: Element) -> dict[str, Any]:
    right, mapped = _right(declaration), _mapped(declaration)
    several = declaration.get("cardinality") == "multiple"
    choices = {row.get("identifier") or "": row for row in asked.findall("simpleChoice")}
    if set(choices) == {"true", "false"} and not several:
        said = {name: _feedback(row) for name, row in choices.items()}
        answer = "true" in right
        return {
            "kind": "truefalse",
            "answer": answer,
            "feedback": {"correct": said[str(answer).lower()], "incorrect": said[str(not answer).lower()]},
        }
    options: list[dict[str, Any]] = [
        {"feedback": _feedback(row), "text": inner_html(row), "correct": name in right}
        for name, row in choices.items()
    ]
    own: dict[str, Any] = {
        "kind": "multiple" if several else "single",
        "options": options,
        "shuffle": asked.get("shuffle") == "true",
    }
    positive = [value for value in mapped.values() if value > 0]
    if positive and not _is_all_or_nothing(item):
        full = sum(positive) if several else max(positive)
        for name, option in zip(choices, options, strict=True):
            option["weight"] = round(max(-100, mapped.get(name, 0) / full * 100), 5)
    elif several:
        own["scoring"] = "all"
    return own


def _feedback(row: Element) -> str:
    """Taken out of the option, so that what remains is the option."""
    said = row.find("feedbackInline")
    if said is None:
        return ""
    text = inner_html(said)
    row.remove(said)
    return text


def _ordering(item: Element, asked: Element, declaration: Element) -> dict[str, Any]:
    choices = {row.get("identifier") or "": inner_html(row) for row in asked.findall("simpleChoice")}
    items = [{"text": choices.get(name, "")} for name in _right(declaration)]
    return {"kind": "ordering", "items": items, "scoring": "all" if _is_all_or_nothing(item) else "partial"}


def _matching(asked: Element, declaration: Element) -> dict[str, Any] | str:
    """Pairs of the first set with the second; what belongs to nothing is an extra wrong answer."""
    sets = [
        {row.get("identifier") or "": inner_html(row) for row in part.findall("simpleAssociableChoice")}
        for part in asked.findall("simpleMatchSet")
    ]
    lefts, rights = sets if len(sets) == 2 else ({}, {})
    belongs: dict[str, str] = {}
    for value in _right(declaration) or list(_mapped(declaration)):
        left, _space, right = value.partition(" ")
        if belongs.setdefault(left, right) != right:
            return "Something belongs to more than one other thing; here each has one partner."
    pairs = [{"left": text, "right": plain(rights.get(belongs.get(name, ""), ""))} for name, text in lefts.items()]
    extra = [plain(text) for name, text in rights.items() if name not in belongs.values()]
    return {"kind": "matching", "pairs": pairs, "extra": extra}


def read_inline(item: Element, body: Element, asked: Sequence[Element]) -> dict[str, Any] | str:
    """Fields in a text: gaps; or, for one field at its end, a short text or a number."""
    gaps = []
    for number, element in enumerate(asked, start=1):
        declaration = _declaration(item, element)
        gap = _gap(item, element, declaration) if declaration is not None else None
        if gap is None:
            return NO_SOLUTION
        gaps.append(gap)
        tail = element.tail
        for name in list(element.attrib):
            del element.attrib[name]
        for child in list(element):
            element.remove(child)
        element.tag, element.text, element.tail = "span", f"[[{number}]]", tail
    text = inner_html(body)
    common = {"points": _points(item, sum(gap["weight"] for gap in gaps)), "text": text}
    if len(gaps) == 1 and plain(text).endswith("[[1]]") and gaps[0]["kind"] != "choice":
        common["text"] = text.replace("<p><span>[[1]]</span></p>", "").replace("<span>[[1]]</span>", "")
        gap = gaps[0]
        if gap["kind"] == "number":
            return common | {"kind": "numeric", "numbers": gap["numbers"]}
        return common | {"kind": "shorttext", "variants": gap["variants"], "case_sensitive": gap["case_sensitive"]}
    return common | {"kind": "gaps", "gaps": gaps, "text": text.replace("<span>[[", "[[").replace("]]</span>", "]]")}


def _gap(item: Element, asked: Element, declaration: Element) -> dict[str, Any] | None:
    right, mapped = _right(declaration), _mapped(declaration)
    shares = _shares(right, mapped)
    if asked.tag == "inlineChoiceInteraction":
        options = [
            {"text": inner_html(row), "weight": shares.get(row.get("identifier") or "", 0)}
            for row in asked.findall("inlineChoice")
        ]
        return {"kind": "choice", "weight": _weight(mapped), "options": options}
    if declaration.get("baseType") in ("float", "integer"):
        numbers = _tolerated(item, declaration.get("identifier") or "") or [
            {"value": value, "weight": share} for value, share in shares.items()
        ]
        return {"kind": "number", "weight": _weight(mapped), "numbers": numbers} if numbers else None
    variants = [{"text": text.replace("*", r"\*"), "weight": max(0, share)} for text, share in shares.items()]
    sensitive = any(row.get("caseSensitive") == "true" for row in declaration.findall("mapping/mapEntry"))
    if not variants:
        return None
    return {"kind": "text", "weight": _weight(mapped), "variants": variants, "case_sensitive": sensitive}


def _weight(mapped: Mapping[str, float]) -> float:
    return max([0.0, *mapped.values()]) or 1


def _shares(right: Sequence[str], mapped: Mapping[str, float]) -> dict[str, float]:
    """Percent of the points per answer."""
    full = max([0.0, *mapped.values()])
    if full > 0:
        return {key: round(value / full * 100, 5) for key, value in mapped.items()}
    return dict.fromkeys(right, 100)


def _tolerated(item: Element, identifier: str) -> list[dict[str, Any]]:
    """`equal` with an absolute tolerance in the rules of the item, each with the share of the points it earns."""
    rows, full = [], _points(item, 1)
    for rule in item.iter():
        if rule.tag not in ("responseIf", "responseElseIf"):
            continue
        for equal in rule.findall("equal"):
            variable, value = equal.find("variable"), equal.findtext("baseValue")
            if variable is None or variable.get("identifier") != identifier or value is None:
                continue
            tolerance = (equal.get("tolerance") or "0").split()[0]
            earned = _number(rule.findtext("setOutcomeValue/baseValue"))
            share = 100 if earned is None else round(earned / full * 100, 5)
            exact = equal.get("toleranceMode", "exact") != "absolute"
            rows.append({"value": value.strip(), "tolerance": 0 if exact else tolerance, "weight": share})
    return rows

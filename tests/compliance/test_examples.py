"""The worked examples in `examples.md`, each line checked."""

import re
from datetime import date
from pathlib import Path

import pytest

from lms.compliance.awards import SIGN_OFF, Done, awards
from lms.compliance.awards import Path as Walk
from lms.compliance.periods import NONE, Period
from lms.compliance.timeline import (
    DEPARTMENT,
    JOB_FUNCTION,
    ORGANIZATION,
    Case,
    Cover,
    Duty,
    Leave,
    Piece,
    Span,
    spans,
    state_on,
    timeline,
)  # fmt: skip
from lms.compliance.validity import Rule

LINES = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (Path(__file__).parent / "examples.md").read_text().splitlines()
    if re.match(r"\| \d+ \|", line)
]
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
NURSE, COOK, CARE, WARD, KITCHEN = range(1, 6)


def between(first: int, last: int) -> list[list[str]]:
    """The lines with these numbers."""
    return [line for line in LINES if first <= int(line[0]) <= last]


def number(line: list[str]) -> str:
    """What pytest calls it."""
    return line[0]


def day_or_none(text: str) -> date | None:
    """A day; `never` and a dash are none."""
    return None if text in ("never", "–", "always") else date.fromisoformat(text)


def rule_of(words: str) -> Rule:
    """The rule that the words describe."""
    if words == "for good":
        return Rule()
    window = match[1] if (match := re.search(r"window (\d+ \w+)", words)) else ""
    minimum = match[1] if (match := re.search(r"at least (\d+ \w+)", words)) else ""
    if match := re.match(r"every (\w+)", words):
        return Rule("season", season_month=MONTHS.index(match[1]) + 1, window=Period.parse(window))
    period = " ".join(words.split()[:2])
    base = match[1] if (match := re.search(r"fixed from (\S+?)(,|$)", words)) else None
    counting = "fixed" if base else "previous" if "previous" in words else "completion"
    return Rule(counting, Period.parse(period), day_or_none(base) if base else None, Period.parse(minimum),
                window=Period.parse(window))  # fmt: skip


@pytest.mark.parametrize("line", between(1, 45), ids=number)
def test_last_valid_day(line):
    _number, words, obtained, expected, _why = line
    steps = [re.match(r"(\S+)(?: due (\S+))?", part) for part in obtained.split(", ")]
    due = {date.fromisoformat(step[1]): day_or_none(step[2]) if step[2] else None for step in steps}
    done = [Done(on, SIGN_OFF, index) for index, on in enumerate(due)]
    rule = rule_of(words)
    got = awards(done, Walk(), Walk(), rule, {}, lambda on: due[on])
    assert got[-1].valid_until == day_or_none(expected)


@pytest.mark.parametrize("line", between(46, 51), ids=number)
def test_first_day_of_a_renewal(line):
    _number, words, last, expected, _why = line
    assert rule_of(words).opens_on(date.fromisoformat(last)) == day_or_none(expected)


def case_of(facts: str) -> Case:
    """The facts in words as a case."""
    binding, covers, leaves, grace, expiring = [], [], [], NONE, 0
    for index, words in enumerate(facts.split("; "), start=1):
        kind, *rest = words.split()
        if kind == "required":
            start = date.fromisoformat(rest[0])
            due = Period(int(rest[2]), "days").after(start) if len(rest) > 1 else start
            binding.append(Span(start, None, due, index))
        elif kind == "grace":
            grace = Period.parse(" ".join(rest))
        elif kind == "expiring":
            expiring = int(rest[0])
        elif kind == "revoked":
            last = covers.pop()
            covers.append(Cover(last.holding_id, last.start, last.end, date.fromisoformat(rest[0])))
        else:
            first, until = (day_or_none(part) for part in rest[0].split(".."))
            if kind == "held":
                covers.append(Cover(index, first, until))
            elif kind == "exempt":
                leaves.append(Leave(index, first, until))
            else:
                last = covers.pop()
                covers.append(Cover(last.holding_id, last.start, last.end, None, ((first, until),)))
    return Case(binding, covers, leaves, grace, expiring)


def check(case: Case, on: str, state: str, last_day: str) -> None:
    """The state on the day itself, and in the timeline."""
    day = date.fromisoformat(on)
    got = state_on(day, case)
    assert (got.state if got else "–") == state
    if got is not None and state != "not_required":
        assert got.due_on == day_or_none(last_day)
    found = [one.state for one in timeline(case) if one.start <= day and (one.end is None or day <= one.end)]
    assert found == ([got] if got else [])


@pytest.mark.parametrize("line", between(52, 84), ids=number)
def test_status_on_a_day(line):
    _number, facts, on, state, last_day, _why = line
    check(case_of(facts), on, state, last_day)


def pieces_of(words: str) -> list[Piece]:
    """Where somebody was."""
    starts = []
    for part in words.split(", "):
        start, job, *rest = part.split()
        department = {"ward": WARD, "kitchen": KITCHEN}.get(rest[-1] if rest else "")
        above = {WARD: frozenset({WARD, CARE}), KITCHEN: frozenset({KITCHEN})}.get(department, frozenset())
        starts.append((date.fromisoformat(start), department, above, {"nurse": NURSE, "cook": COOK}.get(job)))
    ends = [start for start, *_rest in starts[1:]] + [None]
    return [
        Piece(start, end, department, above, job, active=job is not None)
        for (start, department, above, job), end in zip(starts, ends, strict=True)
    ]


@pytest.mark.parametrize("line", between(85, 98), ids=number)
def test_change_of_job(line):
    _number, places, words, on, state, last_day, _why = line
    match = re.match(r"(\w+)(?: and below| only)? from (\S+)(?: to (\S+))? comply (\d+)", words)
    target = {"nurse": (JOB_FUNCTION, NURSE), "everybody": (ORGANIZATION, None), "care": (DEPARTMENT, CARE)}[match[1]]
    ends = day_or_none(match[3]) if match[3] else None
    duty = Duty(1, *target, date.fromisoformat(match[2]), ends, int(match[4]), below=" only" not in words)
    check(Case(spans([duty], pieces_of(places), 7)), on, state, last_day)


def test_there_are_enough_examples_and_each_has_its_number():
    assert [int(line[0]) for line in LINES] == list(range(1, len(LINES) + 1))
    assert len(LINES) >= 60

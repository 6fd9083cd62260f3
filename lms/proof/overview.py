"""The organization in figures: by state, department, job function and qualification, today and over time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms import accounts, compliance
from lms.accounts import User
from lms.compliance import COMPLIANT, EXEMPT, EXPIRED, EXPIRING, IN_GRACE, MISSING, STATES
from lms.compliance.timeline import DEPARTMENT, JOB_FUNCTION
from lms.policy import authorize
from lms.proof.team import tree_of

ASKED = (COMPLIANT, EXPIRING, IN_GRACE, EXPIRED, MISSING)
"""States of what is required of somebody who is not exempt."""
MAY_WORK = (COMPLIANT, EXPIRING, IN_GRACE)
SPANS = (30, 90, 365)
"""Days that the trend can show."""
SHOWN = 25
"""Rows of the heat map; the worst of them."""
LEVELS = (50, 75, 90, 100)
"""Percentages from which on a field of the heat map has the next shade."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by state, of pairs of a person and a qualification."""

    name: str
    id: int
    counts: Mapping[str, int]
    title: str = ""

    @property
    def asked(self) -> int:
        """How many are required, without those who are exempt."""
        return sum(self.counts.get(state, 0) for state in ASKED)

    @property
    def bad(self) -> int:
        """How many are expired or missing."""
        return self.counts.get(EXPIRED, 0) + self.counts.get(MISSING, 0)

    @property
    def percent(self) -> int | None:
        """Of what is asked, the whole percentage that is in order; 100 only if all of it is. None: nothing is asked."""
        return None if not self.asked else 100 * (self.asked - self.bad) // self.asked

    @property
    def level(self) -> int:
        """The shade of the heat map, 0 (worst) to 4 (all in order)."""
        return sum((self.percent or 0) >= floor for floor in LEVELS)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the trend."""

    on: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Overview:
    """What the dashboard shows."""

    total: Figures
    departments: Sequence[Figures]
    job_functions: Sequence[Figures]
    qualifications: Sequence[Figures]
    heat: Sequence[tuple[Figures, Sequence[Figures]]]
    """Departments, the worst first, with their figures for each of `qualifications`."""
    trend: Sequence[Day]
    hidden: int = field(default=0)
    """Departments that the heat map leaves out."""


def overview(actor: User, days: int = 90) -> Overview:
    """Today's figures and the trend of the last `days` days; seven statements, whatever the number of people."""
    authorize(actor, "view", "Status")
    organization_id = actor.organization_id
    places = {row.id: row.name for row, _depth, _none in tree_of(organization_id)}
    jobs = {row.id: row.name for row in accounts.job_functions(organization_id)}
    titles = {row.id: row.title for row in compliance.qualifications(organization_id)}
    fields = compliance.summary(organization_id, DEPARTMENT, each_qualification=True)
    by_place: dict[int, Counter[str]] = defaultdict(Counter)
    by_title: dict[int, Counter[str]] = defaultdict(Counter)
    by_field: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for row in fields:
        by_place[row.target_id][row.state] += row.number
        by_title[row.qualification_id][row.state] += row.number
        by_field[row.target_id, row.qualification_id][row.state] += row.number
    by_job: dict[int, Counter[str]] = defaultdict(Counter)
    for row in compliance.summary(organization_id, JOB_FUNCTION):
        by_job[row.target_id][row.state] += row.number
    total: Counter[str] = Counter()
    for counts in by_title.values():
        total.update(counts)
    departments = _worst_first(_named(by_place, places))
    qualifications = _worst_first(Figures(titles[id], id, counts) for id, counts in by_title.items() if id in titles)
    heat = [
        (place, [Figures(place.name, title.id, by_field.get((place.id, title.id), {}), title.name)
                 for title in qualifications])
        for place in departments[:SHOWN]
    ]  # fmt: skip
    return Overview(
        Figures("", 0, total), departments, _worst_first(_named(by_job, jobs)), qualifications, heat,
        _trend(organization_id, days, total), max(0, len(departments) - SHOWN),
    )  # fmt: skip


def _named(counts: Mapping[int, Counter[str]], names: Mapping[int, str]) -> Iterable[Figures]:
    return (Figures(names.get(id, ""), id, found) for id, found in counts.items())


def _worst_first(rows: Iterable[Figures]) -> list[Figures]:
    """Those of whom something is asked: the lowest percentage first, of equals the one with more that is bad."""
    asked = [row for row in rows if row.asked or row.counts.get(EXEMPT)]
    return sorted(asked, key=lambda row: (row.percent if row.percent is not None else 101, -row.bad, row.name))


def _trend(organization_id: int, days: int, now: Counter[str]) -> list[Day]:
    """A row for each day that was counted; today's is what stands now."""
    today = compliance.today_of(organization_id)
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for day, state, number in compliance.trend(organization_id, days, today):
        found[day][state] += number
    found[today] = now
    return [Day(day, Figures("", 0, counts)) for day, counts in sorted(found.items())]


def states_in_order() -> Sequence[str]:
    """States as tables and charts show them."""
    return [state for state in STATES if state in (*ASKED, EXEMPT)]

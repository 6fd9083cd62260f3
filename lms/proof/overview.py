"""The organization in figures: by state, department, job function and qualification, today and over time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms import accounts, compliance
from lms.accounts import Department, JobFunction, User
from lms.compliance import COMPLIANT, EXEMPT, EXPIRED, EXPIRING, IN_GRACE, MISSING, STATES
from lms.compliance.timeline import DEPARTMENT, JOB_FUNCTION
from lms.policy import authorize

ASKED = (COMPLIANT, EXPIRING, IN_GRACE, EXPIRED, MISSING)
"""States of what is required of somebody who is not exempt."""
MAY_WORK = (COMPLIANT, EXPIRING, IN_GRACE)
SPANS = (30, 90, 365)
"""Days that the trend can show."""
LISTED = 200
"""Departments and job functions in the tables; the worst of them."""
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
    hidden: int = 0
    """Listed departments that the heat map leaves out."""
    unlisted_departments: int = 0
    """Departments that do better than those that are listed."""
    unlisted_job_functions: int = 0


def overview(actor: User, days: int = 90, listed: int = LISTED) -> Overview:
    """Today's figures and the trend of the last `days` days; eight statements, whatever the number of people.

    At most `listed` departments and job functions, the worst of them.
    """
    authorize(actor, "view", "Status")
    organization_id = actor.organization_id
    titles = {row.id: row.title for row in compliance.qualifications(organization_id)}
    by_title: dict[int, Counter[str]] = defaultdict(Counter)
    for row in compliance.summary(organization_id, each_qualification=True):
        by_title[row.qualification_id][row.state] += row.number
    total: Counter[str] = Counter()
    for counts in by_title.values():
        total.update(counts)
    qualifications = _worst_first(Figures(titles[id], id, counts) for id, counts in by_title.items() if id in titles)
    departments, places = _parts(organization_id, DEPARTMENT, Department, listed)
    job_functions, jobs = _parts(organization_id, JOB_FUNCTION, JobFunction, listed)
    return Overview(
        Figures("", 0, total), departments, job_functions, qualifications,
        _heat(organization_id, departments[:SHOWN], qualifications), _trend(organization_id, days, total),
        max(0, len(departments) - SHOWN), max(0, places - listed), max(0, jobs - listed),
    )  # fmt: skip


def _parts(
    organization_id: int, kind: str, model: type[Department] | type[JobFunction], listed: int
) -> tuple[list[Figures], int]:
    """The worst departments or job functions, and how many there are of which something is asked."""
    counts, number = compliance.worst(organization_id, kind, listed)
    names = accounts.names_of(model, organization_id, counts)
    return _worst_first(Figures(names.get(id, ""), id, found) for id, found in counts.items()), number


def _heat(
    organization_id: int, departments: Sequence[Figures], qualifications: Sequence[Figures]
) -> Sequence[tuple[Figures, Sequence[Figures]]]:
    of = [place.id for place in departments], [title.id for title in qualifications]
    fields: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for row in compliance.summary(organization_id, DEPARTMENT, each_qualification=True, of=of):
        fields[row.target_id, row.qualification_id][row.state] += row.number
    return [
        (place, [Figures(place.name, title.id, fields.get((place.id, title.id), {}), title.name)
                 for title in qualifications])
        for place in departments
    ]  # fmt: skip


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

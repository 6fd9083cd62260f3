"""The inspector's report: who stood how on a day, with the reasons and the evidence, as known then or as known now."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from pydantic import Field
from sqlalchemy import select

from lms import compliance
from lms.accounts import Department, JobFunction, Organization, User
from lms.attrs import Attrs, OptionalId
from lms.compliance import STATES, Qualification, Scope
from lms.db import db, find, utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.policy import authorize
from lms.proof import wording
from lms.proof.overview import Figures

CHUNK = 500
"""Lines whose names and reasons are read together."""
EARLIEST, LATEST = date(1950, 1, 1), date(2200, 1, 1)

MOST_ON_PAPER = 1_000
"""Lines, about 75 pages, which take some four seconds to set; more is for a spreadsheet."""


class CriteriaAttrs(Attrs):
    """What is asked for in the form."""

    on: date
    known: Literal["now", "then"] = "now"
    department_id: OptionalId = None
    job_function_id: OptionalId = None
    qualification_id: OptionalId = None
    states: list[Literal[STATES]] = Field(default_factory=list)  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a report is about, and when it was asked for."""

    organization: Organization
    on: date
    known_at: datetime | None
    """None: as is known now."""
    scope: Scope
    department: str
    job_function: str
    qualification: str
    made_at: datetime
    made_by: str

    def words(self) -> list[tuple[str, str]]:
        """The criteria as pairs of a name and a value, in the reader's words."""
        zone = ZoneInfo(self.organization.timezone)
        known = _("as is known now")
        if self.known_at is not None:
            known = _("as was known at the end of that day")
        states = wording.state_words()
        return [
            (_("Organization"), self.organization.name),
            (_("Day"), self.on.isoformat()),
            (_("Knowledge"), known),
            (_("Department"), self.department or _("all")),
            (_("Job function"), self.job_function or _("all")),
            (_("Qualification"), self.qualification or _("all")),
            (_("Status"), ", ".join(states[state] for state in self.scope.states) or _("all")),
            (_("Made"), f"{self.made_at.astimezone(zone):%Y-%m-%d %H:%M} ({self.organization.timezone})"),
            (_("Made by"), self.made_by),
        ]


@dataclass(frozen=True, slots=True)
class Line:
    """One person and one qualification."""

    person: str
    email: str
    department: str
    job_function: str
    qualification: str
    state: str
    valid_until: date | None
    due_on: date | None
    reason: str
    user_id: int
    qualification_id: int


def criteria(attrs: CriteriaAttrs, actor: User) -> Criteria:
    """Check what was asked for; raises Invalid for what belongs to another organization."""
    authorize(actor, "view", "ComplianceReport")
    if not EARLIEST <= attrs.on <= LATEST:
        raise Invalid("on", "Give a date between 1950 and 2200.")
    zone, now = ZoneInfo(actor.organization.timezone), utcnow()
    end = datetime.combine(attrs.on + timedelta(days=1), time(), zone)
    return Criteria(
        actor.organization,
        attrs.on,
        end if attrs.known == "then" and end < now else None,
        Scope(attrs.department_id, attrs.job_function_id, attrs.qualification_id, None, tuple(attrs.states)),
        _name(Department, attrs.department_id, "department_id", actor),
        _name(JobFunction, attrs.job_function_id, "job_function_id", actor),
        _name(Qualification, attrs.qualification_id, "qualification_id", actor),
        now,
        actor.name,
    )


def _name(model: Any, id: int | None, field: str, actor: User) -> str:
    if id is None:
        return ""
    try:
        row = find(model, id, actor.organization_id)
    except NotFound:
        raise Invalid(field, "Choose one from the list.") from None
    return str(row.title if model is Qualification else row.name)


def figures(asked: Criteria) -> tuple[Figures, list[Figures]]:
    """The counts, all together and per qualification by title; two statements."""
    counts = compliance.counts_as_of(asked.organization.id, asked.on, asked.known_at, asked.scope)
    titles = _titles({id for id, _state in counts})
    each: dict[int, Counter[str]] = {}
    for (id, state), number in counts.items():
        each.setdefault(id, Counter())[state] += number
    total = sum(each.values(), Counter[str]())
    rows = [Figures(titles.get(id, ""), id, found) for id, found in each.items()]
    return Figures("", 0, total), sorted(rows, key=lambda row: row.name)


def count(asked: Criteria) -> int:
    """How many lines the report has; one statement."""
    return sum(compliance.counts_as_of(asked.organization.id, asked.on, asked.known_at, asked.scope).values())


def check_size(asked: Criteria, most: int) -> None:
    """Raise Conflict for a report of more than `most` lines."""
    number = count(asked)
    if number > most:
        raise Conflict(
            f"This report has {number} lines, and such a file has room for {most}. "
            "Choose a department, a qualification or a status, or take the CSV file."
        )


def lines(asked: Criteria, most: int | None = None) -> Iterator[Line]:
    """The lines by person and qualification, read as they are used; about fifteen statements for 500 lines."""
    rows = compliance.as_of(asked.organization.id, asked.on, asked.known_at, asked.scope)
    rows = islice(rows, most)
    while chunk := list(islice(rows, CHUNK)):
        people = _people({row.user_id for row in chunk})
        titles = _titles({row.qualification_id for row in chunk})
        reasons = compliance.explanations(chunk)
        for row in chunk:
            yield Line(
                *people.get(row.user_id, ("", "", "", "")),
                titles.get(row.qualification_id, ""),
                row.state,
                row.valid_until,
                row.due_on,
                wording.sentence(reasons[row.user_id, row.qualification_id]),
                row.user_id,
                row.qualification_id,
            )


def _people(ids: set[int]) -> dict[int, tuple[str, str, str, str]]:
    rows = db.session.execute(
        select(User.id, User.name, User.email, Department.name, JobFunction.name)
        .outerjoin(Department, Department.id == User.department_id)
        .outerjoin(JobFunction, JobFunction.id == User.job_function_id)
        .where(User.id.in_(ids))
    )
    return {id: (name, email, department or "", job or "") for id, name, email, department, job in rows}


def _titles(ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(Qualification.id, Qualification.title).where(Qualification.id.in_(ids)))
    return {id: title for id, title in rows}

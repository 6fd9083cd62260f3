"""Who must hold what, and who is let off for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import selectinload

from lms.accounts import Department, JobFunction, User
from lms.attrs import Attrs, OptionalId
from lms.compliance.days import today_of
from lms.compliance.deriving import case_of
from lms.compliance.facts import in_chunks, load
from lms.compliance.models import Exemption, Qualification, Requirement, Status
from lms.compliance.qualifications import EARLIEST, LATEST, OptionalDate
from lms.compliance.sweeps import concerned_by
from lms.compliance.timeline import DEPARTMENT, JOB_FUNCTION, NON_COMPLIANT, PERSON, Duty, state_on
from lms.db import db, find, snapshot, transaction
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""Why; nothing that takes something away or lets somebody off goes without."""


class RequirementAttrs(Attrs):
    """Which qualification, of whom, from and until when, and the time that newcomers have."""

    qualification_id: int
    target: Literal["organization", "department", "job_function", "person"]
    department_id: OptionalId = None
    job_function_id: OptionalId = None
    user_id: OptionalId = None
    below: bool = True
    starts_on: date
    ends_on: OptionalDate = None
    comply_days: Annotated[int, Field(ge=0, le=3650)] = 0
    note: Annotated[str, StringConstraints(max_length=1000)] = ""

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if not EARLIEST <= self.starts_on <= LATEST:
            raise Invalid("starts_on", "Give a date between 1900 and 2200.")
        if self.ends_on is not None and not self.starts_on <= self.ends_on <= LATEST:
            raise Invalid("ends_on", "The last day must not be before the first.")
        return self


def _checked(attrs: RequirementAttrs, organization_id: int) -> dict[str, object]:
    """The columns of a requirement: of the targets only the one that is meant. Raises Invalid."""
    values = attrs.model_dump()
    targets = (
        (DEPARTMENT, "department_id", Department), (JOB_FUNCTION, "job_function_id", JobFunction),
        (PERSON, "user_id", User),
    )  # fmt: skip
    for target, field, model in targets:
        if attrs.target != target:
            values[field] = None
            continue
        try:
            find(model, values[field] or "", organization_id)
        except NotFound:
            raise Invalid(field, "Choose one from the list.") from None
    try:
        find(Qualification, attrs.qualification_id, organization_id)
    except NotFound:
        raise Invalid("qualification_id", "Choose one from the list.") from None
    return values


def create_requirement(attrs: RequirementAttrs, actor: User) -> Requirement:
    """A new requirement; those concerned are worked out in the background."""
    authorize(actor, "edit", "Requirement")
    requirement = Requirement(
        organization_id=actor.organization_id, withdrawn=False, **_checked(attrs, actor.organization_id)
    )
    with transaction() as session:
        session.add(requirement)
        EventCenter.broadcast("created", requirement, actor)
    return requirement


def update_requirement(requirement: Requirement, attrs: RequirementAttrs, actor: User) -> Requirement:
    """Change a requirement, for the past too where its days lie there; the qualification stays the same."""
    authorize(actor, "edit", requirement)
    if attrs.qualification_id != requirement.qualification_id:
        raise Invalid("qualification_id", "End this requirement and make another one for another qualification.")
    values = _checked(attrs, actor.organization_id)
    with transaction():
        previous = snapshot(requirement)
        for name, value in values.items():
            setattr(requirement, name, value)
        EventCenter.broadcast("updated", previous, requirement, actor)
    return requirement


def withdraw_requirement(requirement: Requirement, actor: User) -> None:
    """It was a mistake: as if it had never been; what was known before stays known as it was then."""
    authorize(actor, "edit", requirement)
    with transaction():
        previous = snapshot(requirement)
        requirement.withdrawn = True
        EventCenter.broadcast("updated", previous, requirement, actor)


@dataclass(frozen=True, slots=True)
class Consequence:
    """Somebody whose status would become another one: state names, None for no status."""

    user: User
    before: str | None
    after: str | None

    @property
    def is_worse(self) -> bool:
        """Whether somebody who may do the work today no longer could."""
        return self.after in NON_COMPLIANT and self.before not in NON_COMPLIANT


MOST_PREVIEWED = 5000
"""People of whom a preview works out the consequences."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a requirement would do on `on`: the people whose state changes, and of how many it was worked out."""

    on: date
    consequences: Sequence[Consequence]
    examined: int
    concerned: int


def preview_requirement(attrs: RequirementAttrs, actor: User, existing: Requirement | None = None) -> Preview:
    """What would become of people on the day it begins, or today if that is past; writes nothing.

    Of more than MOST_PREVIEWED people the first ones by id are worked out. Raises Invalid as saving does.
    """
    authorize(actor, "edit", "Requirement")
    organization_id = actor.organization_id
    values = _checked(attrs, organization_id)
    columns = [values] if existing is None else [values, dict(snapshot(existing).values)]
    ids = sorted({id for row in columns for id in db.session.scalars(concerned_by(organization_id, row))})
    day = max(today_of(organization_id), attrs.starts_on)
    found = []
    for chunk in in_chunks(ids[:MOST_PREVIEWED], 500):
        found += _consequences(organization_id, chunk, attrs, values, existing, day)
    users = {row.id: row for row in db.session.scalars(select(User).where(User.id.in_([id for id, _, _ in found])))}
    consequences = [Consequence(users[id], before, after) for id, before, after in found]
    consequences.sort(key=lambda one: (not one.is_worse, one.user.name, one.user.id))
    return Preview(day, consequences, min(len(ids), MOST_PREVIEWED), len(ids))


def _consequences(
    organization_id: int, ids: Sequence[int], attrs: RequirementAttrs, values: dict[str, object],
    existing: Requirement | None, day: date,
) -> list[tuple[int, str | None, str | None]]:  # fmt: skip
    qualification_id = attrs.qualification_id
    facts = load(organization_id, ids, [qualification_id])
    before = {id: state_on(day, case_of(facts, id, qualification_id)) for id in facts.users}
    target_id = values["department_id"] or values["job_function_id"] or values["user_id"]
    duty = Duty(
        0, attrs.target, target_id, attrs.starts_on, attrs.ends_on, attrs.comply_days, attrs.below  # type: ignore[arg-type]
    )  # fmt: skip
    others = [one for one in facts.duties.get(qualification_id, ()) if existing is None or one.id != existing.id]
    facts.duties[qualification_id] = [*others, duty]
    after = {id: state_on(day, case_of(facts, id, qualification_id)) for id in facts.users}
    states = [(id, _name(before[id]), _name(after[id])) for id in facts.users]
    return [(id, was, becomes) for id, was, becomes in states if was != becomes]


def _name(state: object) -> str | None:
    return None if state is None else state.state  # type: ignore[attr-defined]


SORTS = {"qualification": Qualification.title, "starts": Requirement.starts_on}


def requirements_page(
    organization_id: int, q: str = "", sort: str = "qualification", number: int = 1, size: int = 25, *,
    target: str = "", qualification_id: int | None = None,
) -> Page[Requirement]:  # fmt: skip
    """Requirements by the qualification's title; six statements, whatever their number."""
    statement = (
        select(Requirement)
        .join(Requirement.qualification)
        .where(Requirement.organization_id == organization_id, ~Requirement.withdrawn)
        .options(
            selectinload(Requirement.qualification), selectinload(Requirement.department),
            selectinload(Requirement.job_function), selectinload(Requirement.user),
        )
    )  # fmt: skip
    if q:
        statement = statement.where(Qualification.title.icontains(q, autoescape=True))
    if target:
        statement = statement.where(Requirement.target == target)
    if qualification_id:
        statement = statement.where(Requirement.qualification_id == qualification_id)
    column = SORTS.get(sort.lstrip("-"), Qualification.title)
    return paginate(
        statement.order_by(column.desc() if sort.startswith("-") else column, Requirement.id), number, size
    )


def states_by_requirement(requirement_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Per requirement how many people it binds today, and how many of them may not do the work; one statement."""
    bad = func.sum(case((Status.state.in_(NON_COMPLIANT), 1), else_=0))
    rows = db.session.execute(
        select(Status.requirement_id, func.count(), bad)
        .where(Status.requirement_id.in_(requirement_ids))
        .group_by(Status.requirement_id)
    )
    return {id: (number, int(failing)) for id, number, failing in rows}


class ExemptionAttrs(Attrs):
    """Who need not hold what, from when to when, why."""

    user_id: int
    qualification_id: int
    starts_on: date
    ends_on: date
    reason: Reason

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if not EARLIEST <= self.starts_on <= self.ends_on <= LATEST:
            raise Invalid("ends_on", "The last day must not be before the first.")
        return self


def exempt(attrs: ExemptionAttrs, actor: User) -> Exemption:
    """Let somebody off; the actor is the approver, and nobody approves their own. Raises Invalid."""
    authorize(actor, "edit", "Exemption")
    for field, model, id in (
        ("user_id", User, attrs.user_id), ("qualification_id", Qualification, attrs.qualification_id)
    ):  # fmt: skip
        try:
            find(model, id, actor.organization_id)
        except NotFound:
            raise Invalid(field, "Choose one from the list.") from None
    if attrs.user_id == actor.id:
        raise Invalid("user_id", "Somebody else must approve an exemption of your own.")
    exemption = Exemption(
        organization_id=actor.organization_id, approved_by_id=actor.id, withdrawn=False, **attrs.model_dump()
    )
    with transaction() as session:
        session.add(exemption)
        EventCenter.broadcast("created", exemption, actor)
    return exemption


def end_exemption(exemption: Exemption, last_day: date, actor: User) -> None:
    """End it earlier; a last day before it began withdraws it."""
    authorize(actor, "edit", exemption)
    with transaction():
        previous = snapshot(exemption)
        if last_day < exemption.starts_on:
            exemption.withdrawn = True
        else:
            exemption.ends_on = min(last_day, exemption.ends_on)
        EventCenter.broadcast("updated", previous, exemption, actor)


EXEMPTION_SORTS = {"person": User.name, "qualification": Qualification.title, "ends": Exemption.ends_on}


def exemptions_page(
    organization_id: int, q: str = "", sort: str = "ends", number: int = 1, size: int = 25, *, state: str = "",
    among: Select[int] | None = None,
) -> Page[Exemption]:  # fmt: skip
    """Exemptions by person; `state` is past, else those that run or will; `among` selects the ids of people to show.
    Four statements."""
    today = today_of(organization_id)
    statement = (
        select(Exemption)
        .join(Exemption.user)
        .join(Exemption.qualification)
        .where(Exemption.organization_id == organization_id, ~Exemption.withdrawn)
        .where(Exemption.ends_on < today if state == "past" else Exemption.ends_on >= today)
        .options(selectinload(Exemption.user), selectinload(Exemption.qualification))
    )
    if q:
        statement = statement.where(
            User.name.icontains(q, autoescape=True) | Qualification.title.icontains(q, autoescape=True)
        )
    if among is not None:
        statement = statement.where(Exemption.user_id.in_(among))
    column = EXEMPTION_SORTS.get(sort.lstrip("-"), Exemption.ends_on)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Exemption.id), number, size)

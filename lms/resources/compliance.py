"""What can be held, who must hold it, who is let off, and how everybody stands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import force_locale
from sqlalchemy import ColumnElement, Select

from lms import compliance
from lms.accounts import Department, JobFunction, User
from lms.compliance import (
    Exemption,
    Qualification,
    QualificationAttrs,
    Requirement,
    RequirementAttrs,
    StatusPeriod,
)
from lms.policy import Person
from lms.proof.wording import sentence
from lms.resources.learning import WHO
from lms.resources.resource import Argument, Field, Resource


def _present(row: Qualification) -> dict[str, Any]:
    ways = {"first_courses": row.ways.get("first"), "renewal_courses": row.ways.get("renewal"),
            "includes": row.ways.get("includes")}  # fmt: skip
    return {name: getattr(row, name) for name in compliance.COLUMNS} | {name: ids or [] for name, ids in ways.items()}


def _archive(row: Qualification, actor: Any) -> None:
    compliance.archive_qualification(row, actor)


def _unarchive(row: Qualification, actor: Any) -> None:
    compliance.archive_qualification(row, actor, archived=False)


QUALIFICATIONS = Resource(
    name="qualifications",
    one="qualification",
    scope="compliance",
    model=Qualification,
    view=("view", "Qualification"),
    fields=(
        Field("id", Qualification.id, "integer"),
        Field("title", Qualification.title, filter=True),
        Field("external_id", Qualification.external_id, nullable=True, filter=True),
        Field("description", Qualification.description, about="HTML"),
        Field("counting", Qualification.counting, about="forever, completion, previous, fixed or season"),
        Field("period", Qualification.period, about="such as 12 months"),
        Field("base_on", Qualification.base_on, "date", nullable=True),
        Field("minimum", Qualification.minimum),
        Field("season_month", Qualification.season_month, "integer", nullable=True),
        Field("window", Qualification.window),
        Field("grace", Qualification.grace),
        Field("expiring_days", Qualification.expiring_days, "integer"),
        Field("first_courses", Qualification.ways["first"], "ids"),
        Field("first_needed", Qualification.first_needed, "integer", about="how many of them; 0 is all"),
        Field("renewal_courses", Qualification.ways["renewal"], "ids"),
        Field("renewal_needed", Qualification.renewal_needed, "integer"),
        Field("includes", Qualification.ways["includes"], "ids", about="who holds it also holds these"),
        Field("accepts_evidence", Qualification.accepts_evidence, "boolean"),
        Field("accepts_sign_off", Qualification.accepts_sign_off, "boolean"),
        Field("archived", Qualification.archived, "boolean", filter=True),
        Field("created_at", Qualification.created_at, "date-time"),
        Field("updated_at", Qualification.updated_at, "date-time"),
    ),
    attrs=QualificationAttrs,
    present=_present,
    create=compliance.create_qualification,
    update=compliance.update_qualification,
    delete=compliance.delete_qualification,
    actions={"archive": _archive, "unarchive": _unarchive},
)


def _of_requirements(statement: Select[Any]) -> Select[Any]:
    return statement.join(Qualification, Qualification.id == Requirement.qualification_id)


REQUIREMENTS = Resource(
    name="requirements",
    one="requirement",
    scope="compliance",
    model=Requirement,
    view=("view", "Requirement"),
    joins=_of_requirements,
    fields=(
        Field("id", Requirement.id, "integer"),
        Field("qualification_id", Requirement.qualification_id, "integer", filter=True),
        Field("qualification", Qualification.title),
        Field("target", Requirement.target, filter=True, about="organization, department, job_function or person"),
        Field("department_id", Requirement.department_id, "integer", nullable=True, filter=True),
        Field("below", Requirement.below, "boolean", about="whether the departments below it are meant too"),
        Field("job_function_id", Requirement.job_function_id, "integer", nullable=True, filter=True),
        Field("user_id", Requirement.user_id, "integer", nullable=True, filter=True),
        Field("starts_on", Requirement.starts_on, "date"),
        Field("ends_on", Requirement.ends_on, "date", nullable=True),
        Field("comply_days", Requirement.comply_days, "integer", about="days that newcomers have"),
        Field("note", Requirement.note),
        Field("withdrawn", Requirement.withdrawn, "boolean", filter=True, about="as if it had never been"),
        Field("created_at", Requirement.created_at, "date-time"),
        Field("updated_at", Requirement.updated_at, "date-time"),
    ),
    attrs=RequirementAttrs,
    create=compliance.create_requirement,
    update=compliance.update_requirement,
    actions={"withdraw": compliance.withdraw_requirement},
)


def _of_exemptions(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Exemption.user_id).join(
        Qualification, Qualification.id == Exemption.qualification_id
    )


EXEMPTIONS = Resource(
    name="exemptions",
    one="exemption",
    scope="compliance",
    model=Exemption,
    view=("view", "Exemption"),
    joins=_of_exemptions,
    fields=(
        Field("id", Exemption.id, "integer"),
        Field("qualification_id", Exemption.qualification_id, "integer", filter=True),
        Field("qualification", Qualification.title),
        *WHO,
        Field("starts_on", Exemption.starts_on, "date"),
        Field("ends_on", Exemption.ends_on, "date"),
        Field("reason", Exemption.reason),
        Field("approved_by_id", Exemption.approved_by_id, "integer", about="a person, or below zero an API key"),
        Field("withdrawn", Exemption.withdrawn, "boolean", filter=True),
        Field("created_at", Exemption.created_at, "date-time"),
        Field("updated_at", Exemption.updated_at, "date-time"),
    ),
)


def _of_people(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(User, User.id == StatusPeriod.user_id)
        .join(Qualification, Qualification.id == StatusPeriod.qualification_id)
        .outerjoin(Department, Department.id == User.department_id)
        .outerjoin(JobFunction, JobFunction.id == User.job_function_id)
    )


def _on(actor: Person, day: date | None) -> Sequence[ColumnElement[bool]]:
    return compliance.then(day or compliance.today_of(actor.organization_id))


def _in_department(id: int) -> ColumnElement[bool]:
    return User.department_id.in_(compliance.sweeps.below(id))


def _explained(rows: Sequence[Any], actor: Any) -> list[Mapping[str, Any]]:
    """At most ten statements."""
    found = compliance.explanations(rows)
    with force_locale(actor.locale):
        return [{"explanation": sentence(found[row.user_id, row.qualification_id])} for row in rows]


COMPLIANCE = Resource(
    name="compliance",
    one="standing",
    scope="compliance",
    model=StatusPeriod,
    view=("view", "Status"),
    joins=_of_people,
    fields=(
        Field("id", StatusPeriod.id, "integer", about="of this stretch of time, as it is known now"),
        *WHO,
        Field("department_id", User.department_id, "integer", nullable=True, filter=True, narrow=_in_department,
              about="a filter means it with all that is part of it"),
        Field("department", Department.name, nullable=True),
        Field("job_function_id", User.job_function_id, "integer", nullable=True, filter=True),
        Field("job_function", JobFunction.name, nullable=True),
        Field("qualification_id", StatusPeriod.qualification_id, "integer", filter=True),
        Field("qualification", Qualification.title),
        Field("state", StatusPeriod.state, filter=True, about=", ".join(compliance.STATES)),
        Field("since", StatusPeriod.from_on, "date", about="the first day of this state"),
        Field("until", StatusPeriod.until_on, "date", nullable=True,
              about="its last day, if nobody does anything; null: no day ends it"),
        Field("valid_until", StatusPeriod.valid_until, "date", nullable=True),
        Field("due_on", StatusPeriod.due_on, "date", nullable=True, about="the last day to act"),
        Field("required_since", StatusPeriod.required_since, "date", nullable=True),
        Field("requirement_id", StatusPeriod.requirement_id, "integer", nullable=True, filter=True),
        Field("holding_id", StatusPeriod.holding_id, "integer", nullable=True),
        Field("exemption_id", StatusPeriod.exemption_id, "integer", nullable=True),
        Field("explanation", None, about="why, in a sentence", derived=True),
        Field("updated_at", StatusPeriod.recorded_at, "date-time", about="since when this is what is known"),
    ),
    arguments=(
        Argument("as_of", "date", "How it was, or will be, on this day; today without it", _on),
    ),
    derive=_explained,
)  # fmt: skip

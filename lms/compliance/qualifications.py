"""Making, changing and finding qualifications."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from lms.accounts import User
from lms.attrs import Attrs, Html, Name, OptionalText
from lms.compliance.facts import inclusions, reachable
from lms.compliance.models import Holding, Inclusion, Qualification, QualificationCourse, Requirement
from lms.compliance.models.qualifications import FIRST, RENEWAL
from lms.compliance.periods import Period
from lms.compliance.validity import FIXED, FOREVER, PREVIOUS, SEASON, Rule
from lms.courses import Course
from lms.db import db, find, snapshot, transaction
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize


def _period(text: str) -> str:
    try:
        return str(Period.parse(text))
    except ValueError:
        raise ValueError("Give a number of days, weeks, months or years, of at most a century.") from None


def _none(value: Any) -> Any:
    return None if value == "" else value


PeriodText = Annotated[str, AfterValidator(_period)]
OptionalDate = Annotated[date | None, BeforeValidator(_none)]
OptionalMonth = Annotated[Annotated[int, Field(ge=1, le=12)] | None, BeforeValidator(_none)]
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""Days that people may fill in."""


class QualificationAttrs(Attrs):
    """What an author fills in about a qualification; courses and inclusions by id."""

    title: Name
    external_id: OptionalText = None
    description: Html = ""
    counting: Literal["forever", "completion", "previous", "fixed", "season"] = "forever"
    period: PeriodText = ""
    base_on: OptionalDate = None
    minimum: PeriodText = ""
    season_month: OptionalMonth = None
    window: PeriodText = ""
    grace: PeriodText = ""
    expiring_days: Annotated[int, Field(ge=0, le=3650)] = 60
    first_courses: list[int] = []
    first_needed: Annotated[int, Field(ge=0, le=100)] = 1
    renewal_courses: list[int] = []
    renewal_needed: Annotated[int, Field(ge=0, le=100)] = 1
    includes: list[int] = []
    accepts_evidence: bool = False
    accepts_sign_off: bool = False

    @model_validator(mode="after")
    def _rule_is_whole(self) -> Self:
        if self.counting not in (FOREVER, SEASON) and not self.period:
            raise Invalid("period", "Say how long it is valid.")
        if self.counting == FIXED and self.base_on is None:
            raise Invalid("base_on", "Give the date from which the periods are counted.")
        if self.base_on is not None and not EARLIEST <= self.base_on <= LATEST:
            raise Invalid("base_on", "Give a date between 1900 and 2200.")
        if self.counting == PREVIOUS and not self.window:
            raise Invalid("window", "Say how long before the last valid day a renewal may begin.")
        if self.counting == SEASON and self.season_month is None:
            raise Invalid("season_month", "Choose the month in which it is to be done.")
        if self.first_needed > max(1, len(self.first_courses)):
            raise Invalid("first_needed", "There are not so many courses in the list.")
        if self.renewal_needed > max(1, len(self.renewal_courses)):
            raise Invalid("renewal_needed", "There are not so many courses in the list.")
        return self


COLUMNS = (
    "title", "external_id", "description", "counting", "period", "base_on", "minimum", "season_month", "window",
    "grace", "expiring_days", "first_needed", "renewal_needed", "accepts_evidence", "accepts_sign_off",
)  # fmt: skip


def rule_of(attrs: QualificationAttrs) -> Rule:
    """The rule that was filled in."""
    return Rule(
        attrs.counting, Period.parse(attrs.period), attrs.base_on, Period.parse(attrs.minimum), attrs.season_month,
        Period.parse(attrs.window), Period.parse(attrs.grace),
    )  # fmt: skip


def create_qualification(attrs: QualificationAttrs, actor: User) -> Qualification:
    """A new qualification; people who completed its courses already hold it. Raises Invalid for a title taken."""
    authorize(actor, "edit", "Qualification")
    qualification = Qualification(
        organization_id=actor.organization_id, **{name: getattr(attrs, name) for name in COLUMNS}
    )
    with transaction() as session:
        _check(qualification, attrs, actor.organization_id)
        session.add(qualification)
        session.flush()
        _write_ways(qualification, attrs)
        EventCenter.broadcast("created", qualification, actor)
    return qualification


def update_qualification(qualification: Qualification, attrs: QualificationAttrs, actor: User) -> Qualification:
    """Change a qualification. What people hold keeps the days that the rule gave then; grace and the days of
    "expiring" count at once."""
    authorize(actor, "edit", qualification)
    with transaction() as session:
        _check(qualification, attrs, actor.organization_id)
        previous = snapshot(qualification)
        for name in COLUMNS:
            setattr(qualification, name, getattr(attrs, name))
        qualification.courses.clear()
        qualification.inclusions.clear()
        session.flush()
        _write_ways(qualification, attrs)
        EventCenter.broadcast("updated", previous, qualification, actor)
    return qualification


def archive_qualification(qualification: Qualification, actor: User, archived: bool = True) -> None:
    """Offer it no more, or again; what people hold and must hold stays as it is."""
    authorize(actor, "edit", qualification)
    with transaction():
        previous = snapshot(qualification)
        qualification.archived = archived
        EventCenter.broadcast("updated", previous, qualification, actor)


def delete_qualification(qualification: Qualification, actor: User) -> None:
    """Remove one that nobody holds or must hold; raises Conflict otherwise: archive it then."""
    authorize(actor, "edit", qualification)
    with transaction() as session:
        for model in (Holding, Requirement):
            if session.scalar(select(model.id).where(model.qualification_id == qualification.id).limit(1)):
                raise Conflict("People hold this qualification, or must. Archive it instead, so that the record stays.")
        EventCenter.broadcast("deleted", qualification, actor)
        session.delete(qualification)


def find_qualification(id: int | str, actor: User) -> Qualification:
    """The qualification, if it is of the actor's organization. Raises NotFound."""
    return find(Qualification, id, actor.organization_id)


def _check(qualification: Qualification, attrs: QualificationAttrs, organization_id: int) -> None:
    others = select(Qualification.id).where(
        Qualification.organization_id == organization_id, Qualification.id != (qualification.id or 0)
    )
    if db.session.scalar(others.where(func.lower(Qualification.title) == func.lower(attrs.title))):
        raise Invalid("title", "There is a qualification of this name already.")
    if attrs.external_id and db.session.scalar(others.where(Qualification.external_id == attrs.external_id)):
        raise Invalid("external_id", "Another qualification has this already.")
    for field, model, ids in (
        ("first_courses", Course, attrs.first_courses), ("renewal_courses", Course, attrs.renewal_courses),
        ("includes", Qualification, attrs.includes),
    ):  # fmt: skip
        for id in ids:
            try:
                find(model, id, organization_id)
            except NotFound:
                raise Invalid(field, "Choose from the list.") from None
    pairs = [pair for pair in inclusions(organization_id) if pair[0] != qualification.id]
    if qualification.id in reachable(pairs, attrs.includes):
        raise Invalid("includes", "A qualification cannot include one that includes it, itself or through others.")


def _write_ways(qualification: Qualification, attrs: QualificationAttrs) -> None:
    """Its courses and inclusions, as rows and as the trail sees them."""
    chosen = {FIRST: sorted(set(attrs.first_courses)), RENEWAL: sorted(set(attrs.renewal_courses))}
    qualification.courses.extend(
        QualificationCourse(path=path, course_id=id) for path, ids in chosen.items() for id in ids
    )
    includes = sorted(set(attrs.includes))
    qualification.inclusions.extend(Inclusion(includes_id=id) for id in includes)
    qualification.ways = {**chosen, "includes": includes}


SORTS = {"title": Qualification.title, "changed": Qualification.updated_at}


def qualifications_page(
    organization_id: int, q: str = "", sort: str = "title", number: int = 1, size: int = 25, *, state: str = ""
) -> Page[Qualification]:
    """Qualifications by title; `state` is archived, or empty for those in use. Three statements."""
    statement = (
        select(Qualification)
        .where(Qualification.organization_id == organization_id, Qualification.archived.is_(state == "archived"))
        .options(selectinload(Qualification.courses))
    )
    if q:
        statement = statement.where(Qualification.title.icontains(q, autoescape=True))
    column = SORTS.get(sort.lstrip("-"), Qualification.title)
    order = column.desc() if sort.startswith("-") else column
    return paginate(statement.order_by(order, Qualification.id), number, size)


def qualifications(organization_id: int) -> Sequence[Qualification]:
    """Those in use, by title; one statement."""
    return db.session.scalars(
        select(Qualification)
        .where(Qualification.organization_id == organization_id, ~Qualification.archived)
        .order_by(Qualification.title, Qualification.id)
    ).all()

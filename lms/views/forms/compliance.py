"""Forms of qualifications, requirements, exemptions, evidence and sign-off."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from sqlalchemy import func, select
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from lms.accounts import User
from lms.compliance import Qualification
from lms.compliance.models.qualifications import FIRST, RENEWAL
from lms.compliance.periods import UNITS, Period
from lms.db import db
from lms.views.forms.fields import CheckList, IdField

FILL_IN = _("Fill this in.")
GIVE_A_DATE = _("Give a date.")
UNIT_WORDS = {"days": _("days"), "weeks": _("weeks"), "months": _("months"), "years": _("years")}
NUMBER = [Optional(), NumberRange(0, 36_500, _("Give a number of at most a century."))]
COUNTING = [
    ("forever", _("For good")),
    ("completion", _("A period from the day it is obtained")),
    ("previous", _("A period from the previous last day, when renewed in time")),
    ("fixed", _("Up to a fixed day that comes back")),
    ("season", _("Every year in the same month")),
]
TARGETS = [
    ("organization", _("Everybody in the organization")),
    ("department", _("A department")),
    ("job_function", _("A job function")),
    ("person", _("One person")),
]
MONTHS = [(str(number), name) for number, name in enumerate((
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
    _("October"), _("November"), _("December"),
), start=1)]  # fmt: skip


class RowsField(CheckList):
    """Several rows out of a list; the context checks that they are ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, coerce=int, choices=[], validate_choice=False, **kwargs)


class UnitField(SelectField):
    """Days, weeks, months or years; what is anything else is no time at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=list(UNIT_WORDS.items()), validate_choice=False, **kwargs)


class PersonField(StringField):
    """A person, by address or by a name that only one has; `user_id` is who that is."""

    user_id: int | None = None

    def find(self, organization_id: int) -> int:
        """The person's id; 0 where it is nobody, or more than one."""
        text = (self.data or "").strip()
        wanted = (func.lower(User.email) == text.lower()) | (func.lower(User.name) == text.lower())
        ids = db.session.scalars(
            select(User.id).where(User.organization_id == organization_id, User.active, wanted).limit(2)
        ).all()
        return ids[0] if len(ids) == 1 else 0


class QualificationForm(FlaskForm):
    """A qualification: what it is called, how it is obtained, how long it is valid."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    external_id = StringField(_("Id in another system"))
    description = TextAreaField(_("Description"))
    first_courses = RowsField(_("Obtained by completing"))
    first_needed = IntegerField(_("How many of them (0: all)"), [InputRequired(FILL_IN)], default=1)
    renewal_courses = RowsField(_("Renewed by completing"))
    renewal_needed = IntegerField(_("How many of these (0: all)"), [InputRequired(FILL_IN)], default=1)
    includes = RowsField(_("Who holds it also holds"))
    accepts_evidence = BooleanField(_("A certificate from elsewhere counts, once it is reviewed"))
    accepts_sign_off = BooleanField(_("An instructor may sign it off"))
    counting = RadioField(_("How long is it valid?"), choices=COUNTING, default="forever")
    period_number = IntegerField(_("Valid for"), NUMBER)
    period_unit = UnitField(_("Unit"), default="months")
    base_on = DateField(_("Counted from"), [Optional()])
    minimum_number = IntegerField(_("Valid at least"), NUMBER)
    minimum_unit = UnitField(_("Unit"), default="months")
    season_month = SelectField(_("In which month?"), choices=[("", _("Choose a month")), *MONTHS],
                               validate_choice=False)  # fmt: skip
    window_number = IntegerField(_("Renewal opens before the last day by"), NUMBER)
    window_unit = UnitField(_("Unit"), default="months")
    grace_number = IntegerField(_("Grace after the last day"), NUMBER)
    grace_unit = UnitField(_("Unit"), default="days")
    expiring_days = IntegerField(_("Shown as expiring, days before"), [InputRequired(FILL_IN)], default=60)

    def show(self, qualification: Qualification) -> None:
        """Fill in what cannot be taken from columns of the same name."""
        for name in ("period", "minimum", "window", "grace"):
            period = Period.parse(getattr(qualification, name))
            self[f"{name}_number"].data = period.number or None
            self[f"{name}_unit"].data = period.unit
        self.first_courses.data = [row.course_id for row in qualification.courses if row.path == FIRST]
        self.renewal_courses.data = [row.course_id for row in qualification.courses if row.path == RENEWAL]
        self.includes.data = [row.includes_id for row in qualification.inclusions]
        self.season_month.data = str(qualification.season_month or "")

    def values(self) -> dict[str, Any]:
        """What was filled in, periods as texts."""
        return whole({name: value for name, value in self.data.items() if name != "csrf_token"})


def whole(data: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and units put together as periods; only those parts of a rule that its kind of counting has."""
    values = {name: "" if value is None else value for name, value in data.items()}
    for name in ("period", "minimum", "window", "grace"):
        number, unit = values.pop(f"{name}_number", ""), values.pop(f"{name}_unit", "days")
        values[name] = f"{number} {unit}" if number and unit in UNITS else ""
    counting = values.get("counting")
    if counting in ("forever", "season"):
        values["period"] = ""
    if counting != "fixed":
        values["base_on"] = values["minimum"] = ""
    if counting != "season":
        values["season_month"] = ""
    if counting == "forever":
        values["window"] = values["grace"] = ""
    return values


class RequirementForm(FlaskForm):
    """Who must hold which qualification, from when, and the time newcomers have."""

    qualification_id = IdField(_("Qualification"), [DataRequired(_("Choose one from the list."))])
    target = RadioField(_("Who must hold it?"), choices=TARGETS, default="department")
    department_id = IdField(_("Department"))
    below = BooleanField(_("And all departments below it"), default=True)
    job_function_id = IdField(_("Job function"))
    person = PersonField(_("Person"))
    starts_on = DateField(_("From"), [DataRequired(GIVE_A_DATE)])
    ends_on = DateField(_("Last day"), [Optional()])
    comply_days = IntegerField(_("Days that newcomers have"), [InputRequired(FILL_IN)], default=30)
    note = TextAreaField(_("Why"))


class ExemptionForm(FlaskForm):
    """Who is let off, until when, why."""

    person = PersonField(_("Person"), [DataRequired(FILL_IN)])
    qualification_id = IdField(_("Qualification"), [DataRequired(_("Choose one from the list."))])
    starts_on = DateField(_("From"), [DataRequired(GIVE_A_DATE)])
    ends_on = DateField(_("Last day"), [DataRequired(GIVE_A_DATE)])
    reason = TextAreaField(_("Reason"), [DataRequired(FILL_IN)])


class EvidenceForm(FlaskForm):
    """A certificate that somebody hands in."""

    qualification_id = IdField(_("Qualification"), [DataRequired(_("Choose one from the list."))])
    file = FileField(_("The certificate"), [DataRequired(_("Choose a file."))])
    obtained_on = DateField(_("Obtained on"), [DataRequired(GIVE_A_DATE)])
    expires_on = DateField(_("Its last valid day"), [Optional()])
    issuer = StringField(_("Issued by"))
    note = TextAreaField(_("Note for the reviewer"))


class ReviewForm(FlaskForm):
    """What the reviewer says."""

    note = TextAreaField(_("What the person reads about it"))


class SignOffForm(FlaskForm):
    """Who can do it, seen on which day."""

    person = PersonField(_("Person"), [DataRequired(FILL_IN)])
    qualification_id = IdField(_("Qualification"), [DataRequired(_("Choose one from the list."))])
    signed_on = DateField(_("Seen on"), [DataRequired(GIVE_A_DATE)])
    note = TextAreaField(_("What you saw"))


class ByHandForm(FlaskForm):
    """A day and a reason, for what is changed by hand."""

    last_day = DateField(_("Day"), [DataRequired(GIVE_A_DATE)])
    reason = StringField(_("Reason"))

"""Forms of events, sessions and rooms."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from lms import classroom, registrations
from lms.attrs import validated
from lms.classroom import Event, EventAttrs, SessionAttrs
from lms.views.access import fields, me
from lms.views.forms.fields import TIMEZONES, CheckList, IdField, LocalMomentField
from lms.views.frame import timezone

FILL_IN = _("Fill this in.")
MOMENT = _("Give a date and a time.")
NUMBER = _("Give a number.")
MINUTE = "%Y-%m-%dT%H:%M"
PLACE_FIELDS = ("room_id", "link", "instructor_ids")
"""Of a session, not of the event."""


class Number(IntegerField):
    """A whole number, or nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[Optional()], render_kw={"inputmode": "numeric"}, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Say plainly that it is no number."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        text = valuelist[0].strip()
        if not text.isdecimal() or len(text) > 9:
            self.data = None
            raise ValueError(NUMBER)
        self.data = int(text)


class SessionForm(FlaskForm):
    """One session: when, where, by whom."""

    starts_at = LocalMomentField(_("Starts"), [DataRequired(MOMENT)], format=MINUTE)
    ends_at = LocalMomentField(_("Ends"), [DataRequired(MOMENT)], format=MINUTE)
    timezone = SelectField(_("Time zone"), choices=TIMEZONES, validate_choice=False)
    room_id = IdField(_("Room"))
    location = StringField(_("Where"))
    link = StringField(_("Link to join online"))
    instructor_ids = CheckList(_("Instructors"), coerce=int, validate_choice=False)


class EventForm(SessionForm):
    """An event, with its first or only session."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    description = TextAreaField(_("Description"))
    capacity = Number(_("Places"))
    minimum = Number(_("Minimum"))
    opens_at = LocalMomentField(_("Registration opens"), [Optional()], format=MINUTE)
    closes_at = LocalMomentField(_("Registration closes"), [Optional()], format=MINUTE)
    cancel_until = LocalMomentField(_("Places can be given up until"), [Optional()], format=MINUTE)
    cost_centre = StringField(_("Cost centre"))
    approval = BooleanField(_("A manager or planner has to approve each registration"))
    part_passes = BooleanField(_("Attending a part is enough to pass"))
    prerequisites = CheckList(_("People must have"), validate_choice=False)


class RoomForm(FlaskForm):
    """A room."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    site = StringField(_("Site"))
    capacity = Number(_("Seats"))
    active = BooleanField(_("In use"), default=True)


class AgainForm(FlaskForm):
    """When an event takes place again."""

    starts_at = LocalMomentField(_("The copy starts"), [Optional()], format=MINUTE)
    every = SelectField(
        _("Repeat it"),
        choices=[("week", _("every week")), ("two_weeks", _("every two weeks")), ("month", _("every month"))],
        validate_choice=False,
    )
    times = Number(_("How many times more"))


class ReasonForm(FlaskForm):
    """Why."""

    reason = StringField(_("Reason"))


def offer_places(form: Any) -> Any:
    """Fill the choices of a SessionForm or EventForm; two or three statements."""
    organization_id = me().organization_id
    if form.timezone.data in (None, "None", ""):
        form.timezone.data = timezone()
    form.room_id.offer([(row.id, row.label) for row in classroom.rooms(organization_id)], _("No room"))
    people = classroom.possible_instructors(organization_id)
    form.instructor_ids.choices = [(row.id, row.name) for row in people]
    if hasattr(form, "prerequisites"):
        form.prerequisites.choices = registrations.choices(organization_id)
    return form


def without_session(form: EventForm, event: Event) -> EventForm:
    """The form of an event that is there: room, link and instructors are its sessions'; with several, so is time."""
    for name in PLACE_FIELDS:
        del form[name]
    form.prerequisites.choices = registrations.choices(event.organization_id)
    if len(event.active_sessions) != 1:
        for name in ("starts_at", "ends_at", "location"):
            del form[name]
    return form


def event_attrs(form: EventForm) -> EventAttrs:
    """What was filled in about the event."""
    values = {name: value for name, value in fields(form).items() if name not in PLACE_FIELDS}
    return validated(EventAttrs, values | {"prerequisites": form.prerequisites.data or []})


def first_session(form: EventForm) -> list[SessionAttrs]:
    """The session of a new event."""
    return [session_attrs(form)]


def session_attrs(form: SessionForm) -> SessionAttrs:
    """What was filled in about the session."""
    names = ("starts_at", "ends_at", "timezone", "room_id", "location", "link")
    values = {name: value for name, value in fields(form).items() if name in names}
    return validated(SessionAttrs, values | {"instructor_ids": form.instructor_ids.data or []})

"""Forms about mails and about what people hear."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, Optional

FILL_IN = _("Fill this in.")
CHANNELS = [
    ("mail", _("Mail at once")),
    ("daily", _("Mail once a day")),
    ("weekly", _("Mail once a week")),
    ("in_app", _("Inbox only")),
    ("off", _("Nothing")),
]
WEEKDAYS = [
    ("0", _("Monday")), ("1", _("Tuesday")), ("2", _("Wednesday")), ("3", _("Thursday")), ("4", _("Friday")),
    ("5", _("Saturday")), ("6", _("Sunday")),
]  # fmt: skip


class ClockField(StringField):
    """A time of day as HH:MM, which a browser shows with its own picker."""

    widget = TimeField.widget


class HabitsForm(FlaskForm):
    """Quiet hours, and days away."""

    quiet_from = ClockField(_("Quiet from"), [Optional()])
    quiet_until = ClockField(_("Quiet until"), [Optional()])
    away_from = DateField(_("Away from"), [Optional()])
    away_until = DateField(_("Away until"), [Optional()])


class DefaultsForm(FlaskForm):
    """When digests come, and on which days people are reminded."""

    at = ClockField(_("Time of the digests"), [DataRequired(FILL_IN)])
    weekday = SelectField(_("Day of the weekly digest"), choices=WEEKDAYS, validate_choice=False)
    before = StringField(_("Days before the due date"))
    after = StringField(_("Days after the due date"))
    escalate = StringField(_("Days after which managers are told"))


class TemplateForm(FlaskForm):
    """Words of a mail."""

    subject = StringField(_("Subject"), [DataRequired(FILL_IN)])
    text = TextAreaField(_("Text"), [DataRequired(FILL_IN)])

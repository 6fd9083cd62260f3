"""Forms of certificates."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, ColorField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

FILL_IN = _("Fill this in.")


class TemplateForm(FlaskForm):
    """What certificates look like."""

    heading = StringField(_("Heading"), [DataRequired(FILL_IN)])
    text = TextAreaField(_("Text between the name and the title"), [DataRequired(FILL_IN)])
    colour = ColorField(_("Colour"), [DataRequired(FILL_IN)])
    signatory = StringField(_("Who signs"))
    signatory_role = StringField(_("Their role"))
    logo = FileField(_("Logo"))
    without_logo = BooleanField(_("Without a logo"))


class RevokeForm(FlaskForm):
    """Why a certificate is taken back."""

    reason = StringField(_("Reason"), [DataRequired(_("Say why, for whoever looks at it later."))])


WEEKDAYS = [
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
]


class PlanForm(FlaskForm):
    """When an organization reminds."""

    days = StringField(_("Days before the last valid day"))
    to_managers = BooleanField(_("Remind the manager too"))
    weekly = BooleanField(_("Send managers a summary every week"))
    weekday = SelectField(_("On"), choices=WEEKDAYS, validate_choice=False)

"""Forms of webhooks."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField, URLField
from wtforms.validators import DataRequired

from lms.views.forms.fields import CheckList
from lms.webhooks import TYPES

FILL_IN = _("Fill this in.")
TYPE_LABELS = TYPES
ACTIONS = [("created", _("Created")), ("updated", _("Changed")), ("deleted", _("Deleted"))]
OVERLAPS = [(1, _("One hour")), (24, _("One day")), (72, _("Three days")), (168, _("A week")), (0, _("Not at all"))]


class EndpointForm(FlaskForm):
    """An endpoint."""

    title = StringField(_("Name"), [DataRequired(FILL_IN)])
    url = URLField(_("Address"), [DataRequired(FILL_IN)])
    description = TextAreaField(_("Description"))
    types = CheckList(_("Tell of"), choices=list(TYPES.items()), validate_choice=False)
    actions = CheckList(_("When they are"), choices=ACTIONS, validate_choice=False)
    enabled = BooleanField(_("Switched on"))


class RotationForm(FlaskForm):
    """For how long the old secret signs as well."""

    hours = SelectField(_("The old secret signs as well, for"), choices=OVERLAPS, coerce=int, default=24)


class ReplayForm(FlaskForm):
    """From when on."""

    since = DateField(_("Since"), [DataRequired(FILL_IN)])

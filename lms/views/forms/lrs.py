"""Forms of learning record stores."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Optional

from lms.views.forms.fields import IdField

FILL_IN = _("Fill this in.")
ACTORS = [("account", _("An account: the id or number of the person")), ("mbox", _("Their mail address"))]


class ConnectionForm(FlaskForm):
    """Where the store is and what goes there and back."""

    endpoint = StringField(_("Address of the store"), [DataRequired(FILL_IN)])
    username = StringField(_("Key"), [DataRequired(FILL_IN)])
    secret = PasswordField(_("Secret"), [Optional()])
    sends = BooleanField(_("Send results to the store"))
    reads = BooleanField(_("Take results from the store"))
    actor = SelectField(_("People are named by"), choices=ACTORS)


class ActivityForm(FlaskForm):
    """An activity and the subject that it is."""

    activity = StringField(_("Id of the activity"), [DataRequired(FILL_IN)])
    subject_id = IdField(_("Subject"), [DataRequired(_("Choose one from the list."))])

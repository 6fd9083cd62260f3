"""The form of a zip of OneRoster."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

GIVE = _("Give a number from 1 to 100.")


class RosterForm(FlaskForm):
    """A zip, and from which score a result is passed that does not say it."""

    file = FileField(_("Zip"), [FileRequired(_("Choose a file."))])
    pass_mark = IntegerField(_("Passed from (%)"), [InputRequired(GIVE), NumberRange(1, 100, GIVE)], default=60)

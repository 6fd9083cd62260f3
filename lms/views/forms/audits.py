"""Forms of the audit chain."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

FILL_IN = _("Fill this in.")
EVERY = [("never", _("Never")), ("daily", _("Every day")), ("weekly", _("Every week"))]


class PlanForm(FlaskForm):
    """How long audits are kept, and where the end of the chain is mailed."""

    keep_years = IntegerField(_("Years that audits are kept"), [InputRequired(FILL_IN)])
    address = EmailField(_("Outside address"))
    every = SelectField(_("Mail the end of the chain"), choices=EVERY, validate_choice=False)


class HoldForm(FlaskForm):
    """Why nothing may be removed."""

    reason = TextAreaField(_("Reason"), [DataRequired(FILL_IN)])

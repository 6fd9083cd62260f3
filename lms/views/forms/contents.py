"""Forms of contents."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from lms.views.forms.courses import FILL_IN


class ContentForm(FlaskForm):
    """A content."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    summary = StringField(_("Summary"))


class QuizForm(FlaskForm):
    """How questions are asked."""

    pass_mark = IntegerField(_("Pass mark"), [Optional(), NumberRange(0, 100, _("Use a number from 0 to 100."))])
    attempts = IntegerField(_("Attempts"), [Optional(), NumberRange(1, 100, _("Use a number from 1 to 100."))])
    waiting = IntegerField(
        _("Waiting time between attempts"), [Optional(), NumberRange(0, 129600, _("Use at most 129600 minutes."))]
    )
    time_limit = IntegerField(
        _("Time limit"), [Optional(), NumberRange(1, 1440, _("Use a number from 1 to 1440 minutes."))]
    )
    feedback = RadioField(
        _("Learners see what was right"),
        choices=[
            ("answer", _("After each answer; the first answer counts")),
            ("end", _("When the attempt is finished")),
            ("never", _("Never")),
        ],
    )
    shuffle = BooleanField(_("Shuffle the options of every question"))

"""Forms of courses and events."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired

from lms.views.forms.fields import IdField

FILL_IN = _("Fill this in.")


class CourseForm(FlaskForm):
    """A course."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    summary = StringField(_("Summary"))
    description = TextAreaField(_("Description"))
    self_enrollment = BooleanField(_("Everybody may enroll"))


class SubjectForm(FlaskForm):
    """A subject that points to a content or an event there is."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    content_id = IdField(_("Content"))
    event_id = IdField(_("Event"))



"""Forms of courses and events."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired

from lms.views.forms.fields import IdField, LocalMomentField

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


class EventForm(FlaskForm):
    """A classroom event."""

    title = StringField(_("Title"), [DataRequired(FILL_IN)])
    starts_at = LocalMomentField(_("Starts"), [DataRequired(_("Give a date and a time."))], format="%Y-%m-%dT%H:%M")
    ends_at = LocalMomentField(_("Ends"), [DataRequired(_("Give a date and a time."))], format="%Y-%m-%dT%H:%M")
    location = StringField(_("Where"))
    description = TextAreaField(_("Description"))

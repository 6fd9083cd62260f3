"""Forms of people and their organization."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired

from lms.views.forms.fields import LANGUAGES, ROLES, TIMEZONES, CheckList, IdField

FILL_IN = _("Fill this in.")


class UserForm(FlaskForm):
    """A person, as an administrator fills it in."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    email = StringField(_("Email address"), [DataRequired(FILL_IN)])
    roles = CheckList(_("Roles"), choices=ROLES, validate_choice=False, default=["learner"])
    department_id = IdField(_("Department"))
    job_function_id = IdField(_("Job function"))
    personnel_number = StringField(_("Personnel number"))
    external_id = StringField(_("Id in another system"))
    locale = SelectField(_("Language"), choices=LANGUAGES, validate_choice=False)
    timezone = SelectField(_("Time zone"), choices=TIMEZONES, validate_choice=False, default="Europe/Amsterdam")


class ProfileForm(FlaskForm):
    """What people change about themselves."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    locale = SelectField(_("Language"), choices=LANGUAGES, validate_choice=False)
    timezone = SelectField(_("Time zone"), choices=TIMEZONES, validate_choice=False)


class OrganizationForm(FlaskForm):
    """Settings of the organization."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    locale = SelectField(_("Language"), choices=LANGUAGES, validate_choice=False)
    timezone = SelectField(_("Time zone"), choices=TIMEZONES, validate_choice=False)
    mixpanel_token = PasswordField(_("Mixpanel token"))


class DepartmentForm(FlaskForm):
    """A department."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    parent_id = IdField(_("Part of"))


class JobFunctionForm(FlaskForm):
    """A job function."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])

"""Forms of signing in elsewhere, and of groups."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import DataRequired

from lms.views.forms.fields import ROLES, CheckList, IdField

FILL_IN = _("Fill this in.")


class DomainsField(StringField):
    """Domains, with a space or comma between them."""

    def process_data(self, value: Any) -> None:
        """Show a list as one writes it."""
        super().process_data(", ".join(value) if isinstance(value, list) else value)


class ProviderForm(FlaskForm):
    """A sign-in provider."""

    name = StringField(_("Name on the button"), [DataRequired(FILL_IN)])
    issuer = StringField(_("Issuer"), [DataRequired(FILL_IN)])
    client_id = StringField(_("Client id"), [DataRequired(FILL_IN)])
    client_secret = PasswordField(_("Client secret"))
    domains = DomainsField(_("Domains of your addresses"))
    creates_people = BooleanField(_("Make an account for whoever signs in for the first time"))
    groups_claim = StringField(_("Claim with the groups"))
    allows_password = BooleanField(_("People may still sign in with a password"), default=True)
    enabled = BooleanField(_("People sign in here"))


class GroupForm(FlaskForm):
    """A group and what being in it brings."""

    name = StringField(_("Name"), [DataRequired(FILL_IN)])
    external_id = StringField(_("Id at the directory or provider"))
    roles = CheckList(_("Roles"), choices=ROLES, validate_choice=False)
    department_id = IdField(_("Department"))


class AddressForm(FlaskForm):
    """Somebody's address, to find where they sign in."""

    email = EmailField(_("Email address"), [DataRequired(FILL_IN)])

"""Settings of the organization."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts
from lms.accounts import OrganizationAttrs
from lms.attrs import validated
from lms.views.access import fields, form_errors, me, role_required
from lms.views.forms.people import OrganizationForm

blueprint = Blueprint("organization", __name__, url_prefix="/settings")


@blueprint.route("/", methods=["GET", "POST"])
@role_required("edit", "Organization")
def edit() -> str | Response:
    """Name, language, time zone, Mixpanel token."""
    organization = me().organization
    form = OrganizationForm(obj=organization)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            accounts.update_organization(organization, validated(OrganizationAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("organization.edit"))
    return render_template("organization/form.html", form=form, has_token=bool(organization.mixpanel_token))

"""What people change about themselves."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug import Response

from lms import accounts
from lms.accounts import ProfileAttrs
from lms.attrs import validated
from lms.views.access import fields, form_errors, login_required, me
from lms.views.forms.people import ProfileForm

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


@blueprint.route("/", methods=["GET", "POST"])
@login_required
def edit() -> str | Response:
    """Name, language and time zone."""
    form = ProfileForm(obj=me())
    if form.validate_on_submit():
        with form_errors(form) as saved:
            accounts.update_profile(me(), validated(ProfileAttrs, fields(form)))
        if saved:
            refresh()
            flash(_("Saved."))
            return redirect(url_for("profile.edit"))
    return render_template("profile/form.html", form=form)

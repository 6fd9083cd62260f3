"""API keys: making one, seeing which are used, revoking."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import keys
from lms.attrs import validated
from lms.keys import SCOPES, KeyAttrs
from lms.views.access import form_errors, list_arguments, me, role_required
from lms.views.forms.exchange import KeyForm

blueprint = Blueprint("keys", __name__, url_prefix="/exchange/keys")


@blueprint.get("/")
@role_required("view", "ApiKey")
def index() -> str:
    """The organization's keys."""
    q, _sort, number, size = list_arguments("")
    return render_template("keys/index.html", list=keys.keys_page(me(), q, number, size), scopes=SCOPES)


@blueprint.route("/new", methods=["GET", "POST"])
@role_required("edit", "ApiKey")
def new() -> str:
    """A new key; its secret is shown here, once, and nowhere else."""
    form = KeyForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            key, secret = keys.create_key(validated(KeyAttrs, form.attrs()), me())
        if saved:
            return render_template("keys/made.html", key=key, secret=secret)
    return render_template("keys/form.html", form=form)


@blueprint.post("/<int:id>/revoke")
@role_required("edit", "ApiKey")
def revoke(id: int) -> Response:
    """Nobody is let in with it any more."""
    keys.revoke_key(keys.find_key(id, me()), me())
    flash(_("The key is revoked. Programs that use it are refused from now on."))
    return redirect(url_for("keys.index"))

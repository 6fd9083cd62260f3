"""Exemptions: who is let off, until when, why, and who approved it."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts, compliance
from lms.attrs import validated
from lms.compliance import Exemption, ExemptionAttrs
from lms.db import find
from lms.views.access import chosen_id, fields, form_errors, list_arguments, me, role_required
from lms.views.forms.compliance import ExemptionForm

blueprint = Blueprint("exemptions", __name__, url_prefix="/exemptions")


@blueprint.get("/")
@role_required("view", "Exemption")
def index() -> str:
    """Those that run or will, or those that are past."""
    page = compliance.exemptions_page(
        me().organization_id, *list_arguments("ends"), state=request.args.get("state", ""),
        among=accounts.seen_by(me(), "view", "Exemption"),
    )
    names = accounts.names({row.approved_by_id for row in page.items})
    today = compliance.today_of(me().organization_id)
    return render_template("exemptions/index.html", list=page, names=names, today=today)


@blueprint.route("/new", methods=["GET", "POST"])
@role_required("edit", "Exemption")
def new() -> str | Response:
    """Let somebody off."""
    form = ExemptionForm()
    rows = compliance.qualifications(me().organization_id)
    form.qualification_id.offer([(row.id, row.title) for row in rows], _("Choose a qualification"))
    if request.method == "GET":
        form.starts_on.data = compliance.today_of(me().organization_id)
        form.qualification_id.data = str(chosen_id("qualification") or "")
        form.person.data = request.args.get("person", "")
    if form.validate_on_submit():
        with form_errors(form) as saved:
            values = fields(form)
            values.pop("person")
            values["user_id"] = form.person.find(me().organization_id)
            compliance.exempt(validated(ExemptionAttrs, values), me())
        if saved:
            flash(_("The exemption is noted, with you as the one who approved it."))
            return redirect(url_for("exemptions.index"))
        if form.form_errors:
            form.person.errors = [*form.person.errors, *form.form_errors]
            form.form_errors.clear()
    return render_template("exemptions/form.html", form=form)


@blueprint.post("/<int:id>/end")
@role_required("edit", "Exemption")
def end(id: int) -> Response:
    """Yesterday was its last day."""
    yesterday = compliance.today_of(me().organization_id) - timedelta(days=1)
    compliance.end_exemption(find(Exemption, id, me().organization_id), yesterday, me())
    flash(_("The exemption is ended."))
    return redirect(url_for("exemptions.index"))

"""The organization's compliance in figures, and when it reminds people."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import proof, reminders
from lms.attrs import validated
from lms.reminders import PlanAttrs
from lms.views.access import fields, form_errors, me, role_required
from lms.views.forms.certificates import PlanForm

blueprint = Blueprint("standing", __name__, url_prefix="/compliance")


@blueprint.get("/")
@role_required("view", "Status")
def index() -> str:
    """Figures of today and over time."""
    asked = request.args.get("days", "")
    days = int(asked) if asked in map(str, proof.SPANS) else proof.SPANS[1]
    return render_template(
        "standing/index.html",
        overview=proof.overview(me(), days),
        days=days,
        spans=proof.SPANS,
        states=proof.states_in_order(),
        words=proof.state_words(),
    )


@blueprint.route("/reminders", methods=["GET", "POST"])
@role_required("edit", "ReminderPlan")
def plan() -> str | Response:
    """How many days before, whom, and the weekly summary."""
    kept = reminders.plan_of(me().organization_id)
    form = PlanForm(data={"days": ", ".join(map(str, kept.days)), "to_managers": kept.to_managers,
                          "weekly": kept.weekly, "weekday": str(kept.weekday)})  # fmt: skip
    if form.validate_on_submit():
        with form_errors(form) as saved:
            reminders.save_plan(validated(PlanAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("standing.plan"))
    return render_template("standing/plan.html", form=form)

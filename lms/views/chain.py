"""The audit chain: whether the trail was touched, how long it is kept, and what holds it."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

from lms import audits
from lms.accounts import names
from lms.attrs import validated
from lms.audits import AuditVerification, HoldAttrs, PlanAttrs
from lms.policy import may
from lms.views.access import fields, form_errors, me, role_required
from lms.views.forms.audits import HoldForm, PlanForm

blueprint = Blueprint("chain", __name__, url_prefix="/audits/chain")

PLACES = ("number", "change_id", "other")
"""What a sentence about a problem has places for."""


@blueprint.get("/")
@role_required("view", "Audit")
def index() -> str:
    """Up to where it is sealed, what the last verification found, and the holds."""
    return _page()


@blueprint.get("/state")
@role_required("view", "Audit")
def state() -> str:
    """The part that changes while a verification runs."""
    return render_template("audits/verification.html", **_state())


@blueprint.post("/verify")
@role_required("verify", "Audit")
def verify() -> Answer:
    """Have it verified now."""
    audits.ask(me())
    return redirect(url_for("chain.index"))


@blueprint.get("/head.txt")
@role_required("view", "Audit")
def head() -> Response:
    """The end of the chain as a line, to be kept elsewhere."""
    chain = audits.chain_of(me().organization_id)
    line = f"{audits.exported(chain)}\n" if chain else ""
    headers = {"Content-Disposition": "attachment; filename=audits-head.txt"}
    return Response(line, mimetype="text/plain", headers=headers)


@blueprint.post("/plan")
@role_required("edit", "AuditPlan")
def plan() -> str | Answer:
    """How long audits are kept, and where the end of the chain is mailed."""
    form = PlanForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            audits.set_plan(validated(PlanAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("chain.index"))
    return _page(plan_form=form)


@blueprint.post("/holds")
@role_required("edit", "AuditHold")
def place() -> str | Answer:
    """From now on nothing is removed."""
    form = HoldForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            audits.place_hold(validated(HoldAttrs, fields(form)), me())
        if saved:
            flash(_("Nothing is removed until this hold is lifted."))
            return redirect(url_for("chain.index"))
    return _page(hold_form=form)


@blueprint.post("/holds/<int:id>/lift")
@role_required("edit", "AuditHold")
def lift(id: int) -> Answer:
    """It is over."""
    audits.lift_hold(id, me())
    flash(_("The hold is lifted."))
    return redirect(url_for("chain.index"))


def _page(**forms: Any) -> str:
    holds = audits.holds(me())
    people = names({id for hold in holds for id in (hold.placed_by, hold.lifted_by) if id is not None})
    plan = audits.plan_of(me().organization_id)
    shown = {"plan_form": PlanForm(None, obj=plan), "hold_form": HoldForm(None)} | forms
    may_edit = may(me(), "edit", "AuditPlan")
    return render_template(
        "audits/chain.html", holds=holds, people=people, plan=plan, may_edit=may_edit, **shown, **_state()
    )


def _state() -> dict[str, Any]:
    organization_id = me().organization_id
    verification = audits.latest(organization_id)
    return {
        "chain": audits.chain_of(organization_id),
        "waiting": audits.waiting_count(organization_id),
        "verification": verification,
        "problems": _sentences(verification),
    }


def _sentences(verification: AuditVerification | None) -> list[str]:
    """What the last verification found, in the reader's language."""
    found = verification.problems if verification is not None else []
    return [_(audits.WORDS[one["kind"]], **{name: one[name] for name in PLACES}) for one in found]

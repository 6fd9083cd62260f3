"""What people hold of a qualification: the list with another last day for many, and one with what is done by hand."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import accounts, compliance
from lms.compliance import Holding
from lms.compliance.wording import counted_words
from lms.db import find
from lms.errors import Invalid
from lms.policy import authorize
from lms.views.access import list_arguments, login_required, me, role_required
from lms.views.forms.compliance import ByHandForm

blueprint = Blueprint("holdings", __name__)


@blueprint.route("/qualifications/<int:id>/people", methods=["GET", "POST"])
@role_required("view", "Status")
def index(id: int) -> str | Response:
    """Who holds it, until when; with another last day for those that are chosen."""
    qualification = compliance.find_qualification(id, me())
    form = ByHandForm()
    if form.validate_on_submit():
        ids = [int(text) for text in request.form.getlist("holding_ids") if text.isdecimal() and len(text) < 19]
        try:
            number = compliance.change_expiry(ids, form.last_day.data, form.reason.data or "", me())
            flash(ngettext("The last day of %(num)s person is changed.", "The last day of %(num)s people is changed.",
                           number))  # fmt: skip
            return redirect(url_for("holdings.index", id=id))
        except Invalid as error:
            flash(error.message, "error")
    elif request.method == "POST":
        flash(_("Give a day and a reason."), "error")
    page = compliance.holdings_page(qualification, *list_arguments("until"), state=request.args.get("state", ""),
                                    among=accounts.seen_by(me(), "view", "Holding"))  # fmt: skip
    return render_template("qualifications/people.html", qualification=qualification, list=page, form=form)


@blueprint.get("/holdings/<int:id>")
@login_required
def show(id: int) -> str:
    """One holding: what it comes from and the rule that gave its last day."""
    holding = _holding(id)
    return render_template(
        "qualifications/holding.html",
        holding=holding,
        counted=counted_words(holding),
        source=compliance.source_params([holding])[holding.id],
        sources=compliance.SOURCES,
        opens_on=compliance.renewal_opens_on(holding),
        today=compliance.today_of(holding.organization_id),
        form=ByHandForm(),
    )


def _holding(id: int) -> Holding:
    holding = find(Holding, id, me().organization_id)
    authorize(me(), "view", holding)
    return holding


@blueprint.post("/holdings/<int:id>/<any(revoke, reinstate, suspend, resume, change):act>")
@login_required
def by_hand(id: int, act: str) -> Response:
    """Revoke, suspend, resume, or give another last day, from a day on and with a reason."""
    holding = _holding(id)
    form = ByHandForm()
    day = form.last_day.data or compliance.today_of(holding.organization_id)
    reason = form.reason.data or ""
    try:
        match act:
            case "revoke":
                compliance.revoke(holding, day, reason, me())
            case "reinstate":
                compliance.reinstate(holding, me())
            case "suspend":
                compliance.suspend(holding, day, reason, me())
            case "resume":
                compliance.resume(holding, day, me())
            case _:
                compliance.change_expiry([holding.id], day, reason, me())
        flash(_("Saved. The reason is kept with the record."))
    except Invalid as error:
        flash(error.message, "error")
    return redirect(url_for("holdings.show", id=id))

"""Evidence: handing in a certificate, the queue of reviewers, and what an instructor signs off."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as Redirect

from lms import accounts, compliance
from lms.attrs import validated
from lms.compliance import Evidence, EvidenceAttrs, SignOffAttrs
from lms.db import find
from lms.policy import authorize, may
from lms.views.access import chosen_id, fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.compliance import EvidenceForm, ReviewForm, SignOffForm
from lms.views.media import send

blueprint = Blueprint("evidence", __name__, url_prefix="/evidence")


@blueprint.get("/")
@login_required
def index() -> str:
    """What waits for a review, for reviewers; for everybody what they handed in."""
    reviews = may(me(), "review", "Evidence")
    own = not reviews or "own" in request.args
    state = request.args.get("state", "" if own else "submitted")
    order = "-handed_in" if own else "handed_in"
    page = compliance.evidence_page(me(), *list_arguments(order), state=state, own=own)
    return render_template("evidence/index.html", list=page, own=own, reviews=reviews)


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Redirect:
    """Hand in a certificate of one's own."""
    form = EvidenceForm()
    rows = [row for row in compliance.qualifications(me().organization_id) if row.accepts_evidence]
    form.qualification_id.offer([(row.id, row.title) for row in rows], _("Choose a qualification"))
    if request.method == "GET":
        form.qualification_id.data = str(chosen_id("qualification") or "")
    if form.validate_on_submit():
        with form_errors(form) as saved:
            values: dict[str, Any] = fields(form)
            given = values.pop("file")
            compliance.hand_in(validated(EvidenceAttrs, values), given.stream, given.filename or "", me())
        if saved:
            flash(_("Handed in. You hear when it is reviewed."))
            return redirect(url_for("evidence.index", own=1))
    return render_template("evidence/form.html", form=form, is_possible=bool(rows))


def _evidence(id: int) -> Evidence:
    row = find(Evidence, id, me().organization_id)
    authorize(me(), "view", row)
    return row


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """One piece of evidence, with the review."""
    row = _evidence(id)
    file = compliance.evidence_file(row, me()) if row.media_id else None
    names = accounts.names({row.reviewed_by_id} if row.reviewed_by_id else set())
    can_review = may(me(), "review", row) and row.user_id != me().id and row.state == "submitted"
    return render_template(
        "evidence/show.html", evidence=row, file=file, names=names, can_review=can_review, form=ReviewForm()
    )


@blueprint.get("/<int:id>/file")
@login_required
def file(id: int) -> Response:
    """The uploaded certificate."""
    return send(compliance.evidence_file(_evidence(id), me()))


@blueprint.post("/<int:id>/review")
@login_required
def review(id: int) -> str | Redirect:
    """Accept it, or refuse it with a reason."""
    row = _evidence(id)
    form = ReviewForm()
    with form_errors(form) as saved:
        if request.form.get("verdict") == "accept":
            compliance.accept_evidence(row, form.note.data or "", me())
        else:
            compliance.refuse_evidence(row, form.note.data or "", me())
    if saved:
        flash(_("It counts now.") if row.state == "accepted" else _("It is refused; the person reads why."))
        return redirect(url_for("evidence.index"))
    attached = compliance.evidence_file(row, me()) if row.media_id else None
    return render_template(
        "evidence/show.html", evidence=row, file=attached, names={}, can_review=True, form=form
    )


@blueprint.route("/sign-off", methods=["GET", "POST"])
@role_required("edit", "SignOff")
def sign_off() -> str | Redirect:
    """An instructor saw that somebody can do it."""
    form = SignOffForm()
    rows = [row for row in compliance.qualifications(me().organization_id) if row.accepts_sign_off]
    form.qualification_id.offer([(row.id, row.title) for row in rows], _("Choose a qualification"))
    if request.method == "GET":
        form.signed_on.data = compliance.today_of(me().organization_id)
        form.person.data = request.args.get("person", "")
        form.qualification_id.data = str(chosen_id("qualification") or "")
    if form.validate_on_submit():
        with form_errors(form) as saved:
            values: dict[str, Any] = fields(form)
            values.pop("person")
            values["user_id"] = form.person.find(me().organization_id)
            compliance.sign_off(validated(SignOffAttrs, values), me())
        if saved:
            flash(_("Signed off; it counts from that day."))
            return redirect(url_for("evidence.sign_off"))
        if form.form_errors:
            form.person.errors = [*form.person.errors, *form.form_errors]
            form.form_errors.clear()
    recent = compliance.sign_offs_page(me().organization_id, *list_arguments(""))
    return render_template("evidence/sign_off.html", form=form, is_possible=bool(rows), list=recent)

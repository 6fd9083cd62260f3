"""Question banks: the list, and one bank with its questions."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import questions
from lms.attrs import validated
from lms.policy import authorize
from lms.questions import BankAttrs
from lms.views.access import fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.questions import KINDS, BankForm

blueprint = Blueprint("banks", __name__, url_prefix="/banks")


@blueprint.get("/")
@role_required("edit", "Bank")
def index() -> str:
    """All banks."""
    page = questions.banks_page(me(), *list_arguments("title"))
    counts = questions.question_counts([bank.id for bank in page.items])
    return render_template("questions/banks.html", list=page, counts=counts)


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Response:
    """A new bank."""
    authorize(me(), "edit", "Bank")
    form = BankForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            bank = questions.create_bank(validated(BankAttrs, fields(form)), me())
        if saved:
            flash(_("The bank is there. Now add questions, or import them."))
            return redirect(url_for("banks.show", id=bank.id))
    return render_template("questions/bank_form.html", form=form, bank=None)


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """One bank: its questions, which can be searched and dealt with together."""
    bank = questions.find_bank(id, me())
    kind, tag = request.args.get("kind", ""), request.args.get("tag", "")
    page = questions.questions_page(bank, *list_arguments("title"), kind=kind, tag=tag)
    return render_template(
        "questions/bank.html",
        bank=bank,
        list=page,
        kinds=KINDS,
        tags=questions.tags_of(bank),
        banks=[row for row in questions.bank_choices(bank.organization_id) if row[0] != bank.id],
    )


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change title or description."""
    bank = questions.find_bank(id, me())
    form = BankForm(obj=bank)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            questions.update_bank(bank, validated(BankAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("banks.show", id=bank.id))
    return render_template("questions/bank_form.html", form=form, bank=bank)


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove a bank with its questions."""
    questions.delete_bank(questions.find_bank(id, me()), me())
    flash(_("The bank is deleted."))
    return redirect(url_for("banks.index"))


@blueprint.post("/<int:id>/chosen")
@login_required
def chosen(id: int) -> Response:
    """Delete the chosen questions, or move them to another bank."""
    bank = questions.find_bank(id, me())
    ids = {int(text) for text in request.form.getlist("ids") if text.isdecimal() and len(text) < 19}
    if request.form.get("act") == "delete":
        number = questions.delete_questions(bank, ids, me())
        flash(ngettext("%(num)s question is deleted.", "%(num)s questions are deleted.", number))
    else:
        target = questions.find_bank(request.form.get("bank_id", ""), me())
        number = questions.move_questions(bank, ids, target, me())
        flash(ngettext("%(num)s question is moved.", "%(num)s questions are moved.", number))
    return redirect(url_for("banks.show", id=bank.id))

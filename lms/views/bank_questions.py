"""One question of a bank: writing it, with a preview that answers while it is written."""

import json
from secrets import randbelow
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import questions
from lms.attrs import validated
from lms.db import db
from lms.errors import Invalid, NotFound
from lms.questions import Bank, Question, QuestionAttrs
from lms.views.access import login_required, me, role_required
from lms.views.forms.questions import QuestionForm

blueprint = Blueprint("bank_questions", __name__, url_prefix="/banks")


@blueprint.route("/<int:bank_id>/questions/new", methods=["GET", "POST"])
@login_required
def new(bank_id: int) -> Any:
    """Write another question."""
    bank, form = questions.find_bank(bank_id, me()), QuestionForm()
    if not form.validate_on_submit():
        kind = request.args.get("kind", "single")
        return _page(bank, None, form, {"kind": kind if kind in questions.KINDS else "single"})
    try:
        questions.add_question(bank, _attrs(form), me())
    except Invalid as error:
        return _again(bank, None, form, error)
    flash(_("The question is added."))
    if request.form.get("then") == "another":
        return redirect(url_for("bank_questions.new", bank_id=bank.id))
    return redirect(url_for("banks.show", id=bank.id))


@blueprint.route("/<int:bank_id>/questions/<int:id>", methods=["GET", "POST"])
@login_required
def edit(bank_id: int, id: int) -> Any:
    """Change a question."""
    question = _question(bank_id, id)
    form = QuestionForm(title=question.title, tags=", ".join(question.tags))
    if not form.validate_on_submit():
        return _page(question.bank, question, form, question.definition)
    try:
        questions.update_question(question, _attrs(form), me())
    except Invalid as error:
        return _again(question.bank, question, form, error)
    flash(_("Saved."))
    return redirect(url_for("banks.show", id=bank_id))


@blueprint.post("/<int:bank_id>/questions/<int:id>/duplicate")
@login_required
def duplicate(bank_id: int, id: int) -> Response:
    """A copy, to be changed."""
    copy = questions.duplicate_question(_question(bank_id, id), me())
    flash(_("This is the copy. Change what is to be different."))
    return redirect(url_for("bank_questions.edit", bank_id=bank_id, id=copy.id))


@blueprint.post("/<int:bank_id>/questions/<int:id>/delete")
@login_required
def delete(bank_id: int, id: int) -> Response:
    """Remove a question."""
    questions.delete_questions(_question(bank_id, id).bank, [id], me())
    flash(_("The question is deleted."))
    return redirect(url_for("banks.show", id=bank_id))


@blueprint.post("/preview")
@role_required("edit", "Question")
def preview() -> tuple[dict[str, Any], int] | dict[str, Any]:
    """A question that need not be saved, as learners see it; with an answer, what that is worth.

    Takes JSON: `definition`, `seed`, and optionally `answer`; answers JSON: `html`, or `errors` by field.
    """
    data = request.get_json()
    data = data if isinstance(data, dict) else {}
    try:
        definition = questions.validated_question(data.get("definition") or {})
        seed = data["seed"] if isinstance(data.get("seed"), int) else 1
        answer = questions.read_answer(definition, data["answer"]) if "answer" in data else None
        grade = questions.grade(definition, answer) if "answer" in data else None
    except Invalid as error:
        return {"errors": _translated(error)}, 422
    view = questions.for_learner(definition, seed)
    return {"html": render_template("questions/preview.html", view=view, answer=answer, grade=grade)}


def _question(bank_id: int, id: int) -> Question:
    question = questions.find_question(id, me())
    if question.bank_id != bank_id:
        raise NotFound("There is no such question in this bank, or it was moved.")
    return question


def _attrs(form: QuestionForm) -> QuestionAttrs:
    try:
        definition = json.loads(form.definition.data or "")
    except ValueError:
        raise Invalid("text", "The question did not come through. Reload the page and try again.") from None
    definition = questions.validated_question(definition if isinstance(definition, dict) else {})
    title = (form.title.data or "").strip() or questions.plain(definition["text"])[:80]
    tags = (form.tags.data or "").split(",")
    return validated(QuestionAttrs, {"title": title or _("Question"), "definition": definition, "tags": tags})


def _again(bank: Bank, question: Question | None, form: QuestionForm, error: Invalid) -> tuple[str, int]:
    db.session.rollback()
    try:
        definition = json.loads(form.definition.data or "{}")
    except ValueError:
        definition = {}
    return _page(bank, question, form, definition, _translated(error)), 422


def _page(
    bank: Bank, question: Question | None, form: QuestionForm, definition: Any, errors: dict[str, str] | None = None
) -> str:
    return render_template(
        "questions/question.html",
        bank=bank,
        question=question,
        form=form,
        definition=definition,
        errors=errors or {},
        seed=randbelow(1_000_000),
    )


def _translated(error: Invalid) -> dict[str, str]:
    return {field: _(message) for field, message in error.errors.items()}

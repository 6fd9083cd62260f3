"""Qualifications: the list, one with its rule in words, making and changing them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import compliance, courses
from lms.attrs import validated
from lms.compliance import Qualification, QualificationAttrs
from lms.compliance.wording import example_sentences, rule_sentences
from lms.errors import Invalid
from lms.policy import authorize
from lms.views.access import form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.compliance import QualificationForm

blueprint = Blueprint("qualifications", __name__, url_prefix="/qualifications")

MOST_COURSES = 500
"""Courses offered in the form."""


@blueprint.get("/")
@role_required("view", "Requirement")
def index() -> str:
    """Qualifications in use, or archived ones."""
    page = compliance.qualifications_page(
        me().organization_id, *list_arguments("title"), state=request.args.get("state", "")
    )
    counts: dict[int, dict[str, int]] = {}
    for row in compliance.summary(me().organization_id, each_qualification=True):
        counts.setdefault(row.qualification_id, {})[row.state] = row.number
    rules = {row.id: rule_sentences(row.rule, 0) for row in page.items}
    return render_template("qualifications/index.html", list=page, counts=counts, rules=rules)


def _offer(form: QualificationForm, qualification: Qualification | None) -> QualificationForm:
    rows = courses.courses_page(me(), size=100)
    titles = [(row.id, row.title) for row in rows.items]
    number = 2
    while len(titles) < min(rows.total, MOST_COURSES):
        titles += [(row.id, row.title) for row in courses.courses_page(me(), number=number, size=100).items]
        number += 1
    form.first_courses.choices = form.renewal_courses.choices = titles
    others = compliance.qualifications(me().organization_id)
    itself = qualification.id if qualification else 0
    form.includes.choices = [(row.id, row.title) for row in others if row.id != itself]
    return form


def _attrs(form: QualificationForm) -> QualificationAttrs:
    """What was filled in; what is wrong with a period is said beside its number."""
    try:
        return validated(QualificationAttrs, form.values())
    except Invalid as error:
        errors = {f"{name}_number" if f"{name}_number" in form else name: text for name, text in error.errors.items()}
        first = next(iter(errors))
        raise Invalid(first, errors.pop(first), **errors) from None


def _words(attrs: QualificationAttrs) -> dict[str, list[str]]:
    rule = compliance.rule_of(attrs)
    today = compliance.today_of(me().organization_id)
    return {"words": rule_sentences(rule, attrs.expiring_days), "example": example_sentences(rule, today)}


@blueprint.post("/explain")
@role_required("edit", "Qualification")
def explain() -> str:
    """What the rule in the form says, in words; for the form while it is filled in."""
    form = QualificationForm()
    try:
        words: dict[str, Any] = _words(validated(QualificationAttrs, form.values() | {
            "title": "-", "first_courses": [], "renewal_courses": [], "includes": [], "first_needed": 1,
            "renewal_needed": 1,
        }))  # fmt: skip
    except Invalid as error:
        words = {"problem": next(iter(error.errors.values()))}
    return render_template("qualifications/words.html", **words)


@blueprint.route("/new", methods=["GET", "POST"], defaults={"id": None})
@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@role_required("edit", "Qualification")
def edit(id: int | None) -> str | Response:
    """A new qualification, or one changed."""
    row = compliance.find_qualification(id, me()) if id else None
    form = QualificationForm(obj=row)
    if row is not None and request.method == "GET":
        form.show(row)
    _offer(form, row)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            attrs = _attrs(form)
            if row is None:
                row = compliance.create_qualification(attrs, me())
            else:
                row = compliance.update_qualification(row, attrs, me())
        if saved and row is not None:
            flash(_("Saved. Whom it concerns is being worked out."))
            return redirect(url_for("qualifications.show", id=row.id))
    words = _words(_attrs_of(row)) if row is not None and request.method == "GET" else {}
    return render_template("qualifications/form.html", form=form, qualification=row, **words)


def _attrs_of(row: Qualification) -> QualificationAttrs:
    return validated(QualificationAttrs, {name: getattr(row, name) for name in compliance.COLUMNS} | {
        "first_needed": 1, "renewal_needed": 1,
    })  # fmt: skip


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """One qualification: how it is obtained, how long it is valid, who must hold it, how it stands."""
    row = compliance.find_qualification(id, me())
    authorize(me(), "view", "Requirement")
    counts = {
        count.state: count.number
        for count in compliance.summary(me().organization_id, each_qualification=True)
        if count.qualification_id == row.id
    }
    return render_template(
        "qualifications/show.html",
        qualification=row,
        counts=counts,
        requirements=compliance.requirements_page(me().organization_id, size=100, qualification_id=row.id).items,
        words=rule_sentences(row.rule, row.expiring_days),
        example=example_sentences(row.rule, compliance.today_of(me().organization_id)),
    )


@blueprint.post("/<int:id>/archive")
@login_required
def archive(id: int) -> Response:
    """Offer it no more, or again."""
    row = compliance.find_qualification(id, me())
    compliance.archive_qualification(row, me(), not row.archived)
    flash(_("The qualification is archived.") if row.archived else _("The qualification is in use again."))
    return redirect(url_for("qualifications.show", id=id))


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove one that nobody holds or must hold."""
    compliance.delete_qualification(compliance.find_qualification(id, me()), me())
    flash(_("The qualification is deleted."))
    return redirect(url_for("qualifications.index"))

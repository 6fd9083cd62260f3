"""Requirements: the list, and a form that first shows what would become of people."""

from hashlib import sha256
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts, compliance
from lms.attrs import validated
from lms.compliance import Requirement, RequirementAttrs
from lms.db import find
from lms.views.access import chosen_id, fields, form_errors, list_arguments, me, role_required
from lms.views.forms.compliance import TARGETS, RequirementForm

blueprint = Blueprint("requirements", __name__, url_prefix="/requirements")


@blueprint.get("/")
@role_required("view", "Requirement")
def index() -> str:
    """Who must hold what."""
    page = compliance.requirements_page(
        me().organization_id, *list_arguments("qualification"), target=request.args.get("target", ""),
        qualification_id=chosen_id("qualification"),
    )  # fmt: skip
    return render_template(
        "requirements/index.html",
        list=page,
        counts=compliance.states_by_requirement([row.id for row in page.items]),
        targets=TARGETS,
        today=compliance.today_of(me().organization_id),
    )


def _offer(form: RequirementForm) -> RequirementForm:
    organization_id = me().organization_id
    rows = compliance.qualifications(organization_id)
    form.qualification_id.offer([(row.id, row.title) for row in rows], _("Choose a qualification"))
    tree = accounts.departments(organization_id)
    rows_of_tree = [(row.id, "– " * depth + row.name) for row, depth, _people in tree]
    form.department_id.offer(rows_of_tree, _("Choose a department"))
    jobs = accounts.job_functions(organization_id)
    form.job_function_id.offer([(row.id, row.name) for row in jobs], _("Choose a job function"))
    return form


def _attrs(form: RequirementForm) -> RequirementAttrs:
    values: dict[str, Any] = fields(form)
    values.pop("person")
    values["user_id"] = form.person.find(me().organization_id) if form.target.data == "person" else ""
    return validated(RequirementAttrs, values)


def _mark(attrs: RequirementAttrs) -> str:
    """Only what was shown is saved: what is changed after the preview is shown again first."""
    return sha256(attrs.model_dump_json().encode()).hexdigest()[:16]


@blueprint.route("/new", methods=["GET", "POST"], defaults={"id": None})
@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@role_required("edit", "Requirement")
def edit(id: int | None) -> str | Response:
    """A requirement, new or changed: first what would become of people, then it is saved."""
    row = find(Requirement, id, me().organization_id) if id else None
    form = RequirementForm(obj=row)
    if request.method == "GET":
        form.starts_on.data = form.starts_on.data or compliance.today_of(me().organization_id)
        form.person.data = row.user.email if row is not None and row.user else ""
        if row is None and chosen_id("qualification"):
            form.qualification_id.data = str(chosen_id("qualification"))
    _offer(form)
    preview, is_confirmed, mark = None, False, ""
    if form.validate_on_submit():
        with form_errors(form) as checked:
            attrs = _attrs(form)
            mark = _mark(attrs)
            preview = compliance.preview_requirement(attrs, me(), row)
            is_confirmed = request.form.get("confirmed") == mark
            if is_confirmed:
                if row is None:
                    compliance.create_requirement(attrs, me())
                else:
                    compliance.update_requirement(row, attrs, me())
        if form.target.data == "person" and form.form_errors:
            form.person.errors = [_("Give the address of somebody, or a name that only one has.")]
            form.form_errors.clear()
        if checked and is_confirmed:
            flash(_("Saved. Whom it concerns is being worked out."))
            return redirect(url_for("requirements.index"))
    return render_template("requirements/form.html", form=form, requirement=row, preview=preview, mark=mark)


@blueprint.post("/<int:id>/withdraw")
@role_required("edit", "Requirement")
def withdraw(id: int) -> Response:
    """It was a mistake."""
    compliance.withdraw_requirement(find(Requirement, id, me().organization_id), me())
    flash(_("The requirement is withdrawn, as if it had never been."))
    return redirect(url_for("requirements.index"))

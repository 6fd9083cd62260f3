"""Departments and job functions."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts
from lms.accounts import Department, DepartmentAttrs, JobFunction, JobFunctionAttrs
from lms.attrs import validated
from lms.db import find
from lms.views.access import fields, form_errors, me, role_required
from lms.views.forms.people import DepartmentForm, JobFunctionForm

blueprint = Blueprint("departments", __name__)


def _offer(form: DepartmentForm) -> DepartmentForm:
    tree = accounts.departments(me().organization_id)
    form.parent_id.offer(
        [(row.id, "– " * depth + row.name) for row, depth, _people in tree], _("Nothing: it is at the top")
    )
    return form


@blueprint.get("/departments")
@role_required("edit", "Department")
def index() -> str:
    """The tree, and the job functions beside it."""
    organization_id = me().organization_id
    return render_template(
        "departments/index.html",
        tree=accounts.departments(organization_id),
        job_functions=accounts.job_functions(organization_id),
    )


@blueprint.route("/departments/new", methods=["GET", "POST"], defaults={"id": None})
@blueprint.route("/departments/<int:id>", methods=["GET", "POST"])
@role_required("edit", "Department")
def edit(id: int | None) -> str | Response:
    """A department: new, renamed or moved."""
    department = find(Department, id, me().organization_id) if id else None
    form = _offer(DepartmentForm(obj=department))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            attrs = validated(DepartmentAttrs, fields(form))
            if department:
                accounts.update_department(department, attrs, me())
            else:
                accounts.create_department(attrs, me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("departments.index"))
    return render_template("departments/form.html", form=form, row=department, title=_("Department"))


@blueprint.post("/departments/<int:id>/delete")
@role_required("edit", "Department")
def delete(id: int) -> Response:
    """Remove an empty department."""
    accounts.delete_department(find(Department, id, me().organization_id), me())
    flash(_("The department is deleted."))
    return redirect(url_for("departments.index"))


@blueprint.route("/job-functions/new", methods=["GET", "POST"], defaults={"id": None})
@blueprint.route("/job-functions/<int:id>", methods=["GET", "POST"])
@role_required("edit", "JobFunction")
def edit_job_function(id: int | None) -> str | Response:
    """A job function: new or renamed."""
    job_function = find(JobFunction, id, me().organization_id) if id else None
    form = JobFunctionForm(obj=job_function)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            attrs = validated(JobFunctionAttrs, fields(form))
            if job_function:
                accounts.update_job_function(job_function, attrs, me())
            else:
                accounts.create_job_function(attrs, me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("departments.index"))
    return render_template("departments/form.html", form=form, row=job_function, title=_("Job function"))


@blueprint.post("/job-functions/<int:id>/delete")
@role_required("edit", "JobFunction")
def delete_job_function(id: int) -> Response:
    """Remove a job function nobody has."""
    accounts.delete_job_function(find(JobFunction, id, me().organization_id), me())
    flash(_("The job function is deleted."))
    return redirect(url_for("departments.index"))

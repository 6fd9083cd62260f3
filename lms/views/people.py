"""People: the list, one person, inviting, changing, deactivating."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts, activities, identity, results, rules
from lms.accounts import User, UserAttrs
from lms.attrs import validated
from lms.db import find
from lms.policy import authorize
from lms.views.access import chosen_id, fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.fields import ROLES
from lms.views.forms.people import UserForm

blueprint = Blueprint("people", __name__, url_prefix="/people")


def _person(id: int, action: str) -> User:
    user = find(User, id, me().organization_id)
    authorize(me(), action, user)
    return user


def _offer(form: UserForm) -> UserForm:
    organization_id = me().organization_id
    tree = accounts.departments(organization_id)
    form.department_id.offer([(row.id, "– " * depth + row.name) for row, depth, _people in tree], _("None"))
    form.job_function_id.offer([(row.id, row.name) for row in accounts.job_functions(organization_id)], _("None"))
    return form


@blueprint.get("/")
@role_required("view", "User")
def index() -> str:
    """People of the organization."""
    organization_id = me().organization_id
    q, sort, number, size = list_arguments("name")
    page = accounts.users_page(
        organization_id, q, sort, number, size, role=request.args.get("role", ""),
        department_id=chosen_id("department"), job_function_id=chosen_id("job_function"),
        state=request.args.get("state", ""), among=accounts.seen_by(me(), "view", "User"),
    )  # fmt: skip
    return render_template(
        "people/index.html",
        list=page,
        roles=ROLES,
        departments=accounts.departments(organization_id),
        job_functions=accounts.job_functions(organization_id),
    )


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """One person: facts, results, what they did."""
    user = _person(id, "view")
    return render_template(
        "people/show.html",
        user=user,
        roles=dict(ROLES),
        results=results.results_page(user.organization_id, user_id=user.id),
        activities=activities.activities_page(me(), size=25, user_id=user.id),
        reasons=rules.reasons(user),
        is_linked=identity.identity_of(user) is not None,
    )


@blueprint.route("/invite", methods=["GET", "POST"])
@role_required("edit", "User")
def invite() -> str | Response:
    """Invite somebody by mail."""
    form = _offer(UserForm())
    if form.validate_on_submit():
        with form_errors(form) as saved:
            user = accounts.invite_user(validated(UserAttrs, fields(form)), me())
        if saved:
            flash(_("%(name)s gets a mail with a link to choose a password.", name=user.name))
            return redirect(url_for("people.show", id=user.id))
    return render_template("people/form.html", form=form, user=None)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change a person."""
    user = _person(id, "edit")
    form = _offer(UserForm(obj=user))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            accounts.update_user(user, validated(UserAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("people.show", id=user.id))
    return render_template("people/form.html", form=form, user=user)


@blueprint.post("/<int:id>/invite")
@login_required
def invite_again(id: int) -> Response:
    """Send the invitation once more."""
    accounts.invite_again(_person(id, "edit"), me())
    flash(_("The invitation is sent again."))
    return redirect(url_for("people.show", id=id))


@blueprint.post("/<int:id>/deactivate")
@login_required
def deactivate(id: int) -> Response:
    """Nobody can sign in as them any more."""
    accounts.deactivate_user(_person(id, "edit"), me())
    flash(_("This person can no longer sign in. You can undo this."))
    return redirect(url_for("people.show", id=id))


@blueprint.post("/<int:id>/activate")
@login_required
def activate(id: int) -> Response:
    """Undo the above."""
    accounts.activate_user(_person(id, "edit"), me())
    flash(_("This person can sign in again."))
    return redirect(url_for("people.show", id=id))

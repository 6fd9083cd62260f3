"""How people of the organization sign in, and what their groups mean: for administrators."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts, identity
from lms.accounts import User
from lms.attrs import validated
from lms.db import find
from lms.identity import MappingAttrs, ProviderAttrs
from lms.views.access import fields, form_errors, me, role_required
from lms.views.forms.fields import ROLES
from lms.views.forms.identity import GroupForm, ProviderForm
from lms.views.openid import redirect_uri

blueprint = Blueprint("identity", __name__, url_prefix="/settings")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@role_required("edit", "IdentityProvider")
def provider() -> str | Response:
    """The provider; its secret goes in and never comes out."""
    present = identity.provider_of(me().organization_id)
    form = ProviderForm(obj=present)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            identity.save_provider(
                validated(ProviderAttrs, fields(form)),
                me(),
                current_app.config["SECRET_KEY"],
                allows_internal=current_app.config["OPENID_INTERNAL"],
            )
        if saved:
            flash(_("Saved."))
            return redirect(url_for("identity.provider"))
    slug = me().organization.slug
    return render_template(
        "identity/provider.html",
        form=form,
        provider=present,
        page_address=current_app.config["PUBLIC_URL"] + url_for("openid.organization", slug=slug),
        redirect_uri=redirect_uri(slug),
    )


@blueprint.get("/groups")
@role_required("view", "Group")
def groups() -> str:
    """The groups, and what being in them brings."""
    return render_template("identity/groups.html", groups=identity.groups_of(me()), roles=dict(ROLES))


@blueprint.route("/groups/new", methods=["GET", "POST"])
@blueprint.route("/groups/<int:id>", methods=["GET", "POST"])
@role_required("edit", "Group")
def group(id: int | None = None) -> str | Response:
    """One group."""
    row = identity.find_group(id, me()) if id is not None else None
    form = GroupForm(obj=row)
    tree = accounts.departments(me().organization_id)
    form.department_id.offer([(one.id, "– " * depth + one.name) for one, depth, _people in tree], _("None"))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            attrs = validated(MappingAttrs, fields(form))
            if row is None:
                identity.create_group(attrs, me())
            else:
                identity.update_group(row, attrs, me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("identity.groups"))
    return render_template("identity/group.html", form=form, group=row)


@blueprint.post("/groups/<int:id>/delete")
@role_required("edit", "Group")
def delete_group(id: int) -> Response:
    """Remove a group."""
    identity.delete_group(identity.find_group(id, me()), me())
    flash(_("The group is deleted."))
    return redirect(url_for("identity.groups"))


@blueprint.post("/people/<int:id>/separate")
@role_required("edit", "User")
def separate(id: int) -> Response:
    """Forget with which account of the provider somebody signs in."""
    identity.separate(find(User, id, me().organization_id), me())
    flash(_("At their next sign-in the account is linked again, by its address."))
    return redirect(url_for("people.show", id=id))

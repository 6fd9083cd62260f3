"""The organization's learning record store: its settings, its activities, and what could not be taken over."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import lrs
from lms.attrs import validated
from lms.lrs import ActivityAttrs, ConnectionAttrs
from lms.views.access import fields, form_errors, list_arguments, me, role_required
from lms.views.forms.lrs import ActivityForm, ConnectionForm

blueprint = Blueprint("lrs", __name__, url_prefix="/exchange/xapi")


@blueprint.route("/", methods=["GET", "POST"])
@role_required("edit", "LrsConnection")
def index() -> str | Response:
    """Where the store is, and how it goes."""
    connection = lrs.connection_of(me())
    form = ConnectionForm(obj=connection)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            lrs.save_connection(validated(ConnectionAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("lrs.index"))
    return render_template("lrs/index.html", form=form, connection=connection)


@blueprint.post("/test")
@role_required("edit", "LrsConnection")
def test() -> Response:
    """Whether the store answers."""
    problem = lrs.try_connection(me())
    if problem:
        flash(_("It does not work: %(problem)s", problem=_(problem)), "error")
    else:
        flash(_("The store answers, and accepts key and secret."))
    return redirect(url_for("lrs.index"))


@blueprint.route("/incoming", methods=["GET", "POST"])
@role_required("edit", "LrsConnection")
def incoming() -> str | Response:
    """Activities of the store with their subjects, and statements that could not be taken over."""
    form = ActivityForm(data={"activity": request.args.get("activity", "")})
    form.subject_id.offer(lrs.subjects_to_choose(me()), _("Choose a subject"))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            lrs.map_activity(validated(ActivityAttrs, fields(form)), me())
        if saved:
            flash(_("Saved. Statements that came in before can be tried again."))
            return redirect(url_for("lrs.incoming"))
    q, _sort, number, size = list_arguments("")
    return render_template(
        "lrs/incoming.html", form=form, mapped=lrs.activities(me()).items, unmapped=lrs.unmapped(me()),
        list=lrs.refused_page(me(), q, number, size),
    )  # fmt: skip


@blueprint.post("/incoming/<int:id>/remove")
@role_required("edit", "LrsConnection")
def remove(id: int) -> Response:
    """This activity is no longer ours."""
    lrs.unmap_activity(id, me())
    flash(_("The activity is removed; results that came from it stay."))
    return redirect(url_for("lrs.incoming"))


@blueprint.post("/incoming/again")
@role_required("edit", "LrsConnection")
def again() -> Response:
    """Try once more what was refused."""
    number = lrs.take_again(me())
    flash(ngettext("%(num)s statement was taken over.", "%(num)s statements were taken over.", number))
    return redirect(url_for("lrs.incoming"))

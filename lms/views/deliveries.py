"""For admins: how the subscribers are doing, and the deliveries that failed for good."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import TextAreaField

from lms import deliveries
from lms.deliveries import Dead
from lms.views.access import chosen_id, form_errors, list_arguments, me, role_required

blueprint = Blueprint("deliveries", __name__, url_prefix="/admin/deliveries")

FILTERS = ("subscriber", "object_type", "q", "change")


class ReasonForm(FlaskForm):
    """Why dead deliveries are given up."""

    reason = TextAreaField(lazy_gettext("Why?"))


@blueprint.get("/")
@role_required("view", "Delivery")
def index() -> str:
    """Per subscriber how far it is, and the dead deliveries of this organization."""
    _q, _sort, number, size = list_arguments("")
    return render_template(
        "deliveries/index.html",
        subscribers=deliveries.status(),
        list=deliveries.dead_page(me(), _chosen(), number, size),
        object_types=deliveries.dead_object_types(me()),
        chosen=_filters(),
    )


@blueprint.get("/<int:change_id>/<subscriber>")
@role_required("view", "Delivery")
def show(change_id: int, subscriber: str) -> str:
    """One delivery: its error, and its change before and after."""
    delivery, change = deliveries.find_delivery(me(), change_id, subscriber)
    return render_template("deliveries/show.html", delivery=delivery, change=change)


@blueprint.post("/replay")
@role_required("edit", "Delivery")
def replay() -> Response:
    """Try all those that match again."""
    number = deliveries.replay(_chosen(), me())
    if number:
        flash(ngettext("%(num)d is tried again within seconds.", "%(num)d are tried again within seconds.", number))
    else:
        flash(_("Nothing of that kind is dead any more."))
    return redirect(url_for("deliveries.index"))


@blueprint.route("/discard", methods=["GET", "POST"])
@role_required("edit", "Delivery")
def discard() -> str | Response:
    """Give up all those that match, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            number = deliveries.discard(_chosen(), form.reason.data or "", me())
        if saved:
            flash(ngettext("%(num)d is discarded.", "%(num)d are discarded.", number))
            return redirect(url_for("deliveries.index"))
    number = deliveries.count_dead(me(), _chosen())
    return render_template("deliveries/discard.html", form=form, number=number, chosen=_filters())


def _filters() -> dict[str, str]:
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _chosen() -> Dead:
    query, _sort, _number, _size = list_arguments("")
    return Dead(
        subscriber=request.args.get("subscriber", ""),
        object_type=request.args.get("object_type", ""),
        error=query,
        change_id=(chosen_id("change") or 0) if request.args.get("change") else None,
    )

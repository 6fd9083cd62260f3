"""Classroom events."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import classroom
from lms.attrs import validated
from lms.classroom import Event, EventAttrs
from lms.db import find
from lms.policy import authorize
from lms.views.access import fields, form_errors, list_arguments, login_required, me
from lms.views.forms.courses import EventForm

blueprint = Blueprint("events", __name__, url_prefix="/events")


@blueprint.get("/")
@login_required
def index() -> str:
    """All events."""
    authorize(me(), "edit", "Event")
    page = classroom.events_page(me().organization_id, *list_arguments("starts"), when=request.args.get("when", ""))
    return render_template("events/index.html", list=page)


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Response:
    """Plan an event."""
    authorize(me(), "edit", "Event")
    form = EventForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            event = classroom.create_event(validated(EventAttrs, fields(form)), me())
        if saved:
            flash(_("The event is planned."))
            return redirect(url_for("events.show", id=event.id))
    return render_template("events/form.html", form=form, event=None)


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """What, when and where."""
    return render_template("events/show.html", event=find(Event, id, me().organization_id))


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change an event; those enrolled hear of it."""
    event = find(Event, id, me().organization_id)
    authorize(me(), "edit", event)
    form = EventForm(obj=event)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.update_event(event, validated(EventAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("events.show", id=event.id))
    return render_template("events/form.html", form=form, event=event)


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove an event no course uses."""
    classroom.delete_event(find(Event, id, me().organization_id), me())
    flash(_("The event is deleted."))
    return redirect(url_for("events.index"))

"""Classroom events: the list, one event, planning, changing, copying, cancelling."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import classroom, registrations
from lms.classroom import Event, EventTemplate
from lms.db import find, utcnow
from lms.errors import Invalid
from lms.policy import authorize
from lms.views.access import form_errors, list_arguments, login_required, me
from lms.views.forms.classroom import (
    AgainForm,
    EventForm,
    ReasonForm,
    event_attrs,
    first_session,
    offer_places,
    without_session,
)

blueprint = Blueprint("events", __name__, url_prefix="/events")


@blueprint.get("/")
@login_required
def index() -> str:
    """All events."""
    authorize(me(), "edit", "Event")
    page = classroom.events_page(me().organization_id, *list_arguments("starts"), when=request.args.get("when", ""))
    return render_template(
        "events/index.html", list=page, counts=registrations.counts([row.id for row in page.items])
    )


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Response:
    """Plan an event, from a template if one is named."""
    authorize(me(), "edit", "Event")
    form = offer_places(EventForm(data=_from_template() if request.method == "GET" else None))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            event = classroom.create_event(event_attrs(form), me(), first_session(form))
        if saved:
            flash(_("The event is planned."))
            return redirect(url_for("events.show", id=event.id))
    return render_template("events/form.html", form=form, event=None)


def _from_template() -> dict[str, Any]:
    id = request.args.get("template", "")
    if not id:
        return {}
    values = dict(find(EventTemplate, id, me().organization_id).values)
    starts_at = (utcnow() + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)
    return values | {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=values.pop("minutes", 60))}


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """What, when, where; one's own place; and for planners the acts."""
    event = find(Event, id, me().organization_id)
    mine = registrations.registration_of(me(), event)
    return render_template(
        "events/show.html",
        event=event,
        sessions=classroom.with_sessions(event),
        mine=mine,
        place=registrations.position(mine) if mine else None,
        counts=registrations.counts([event.id])[event.id],
        asks=registrations.asked_for(event),
        obstacle=registrations.obstacle(event, me()),
        files=classroom.attachments(event),
    )


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change an event; those concerned hear of it."""
    event = find(Event, id, me().organization_id)
    authorize(me(), "edit", event)
    form = without_session(EventForm(obj=event), event)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.update_event(event, event_attrs(form), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("events.show", id=event.id))
    return render_template("events/form.html", form=form, event=event)


@blueprint.route("/<int:id>/again", methods=["GET", "POST"])
@login_required
def again(id: int) -> str | Response:
    """Copy an event to another time, or make a series of it."""
    event = find(Event, id, me().organization_id)
    authorize(me(), "edit", event)
    form = AgainForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            if request.form.get("act") == "repeat":
                made = classroom.repeat_event(event, form.every.data, form.times.data or 0, me())
            elif form.starts_at.data is None:
                raise Invalid("starts_at", _("Give a date and a time."))
            else:
                made = [classroom.copy_event(event, form.starts_at.data, me())]
        if saved:
            flash(ngettext("%(num)s event is planned.", "%(num)s events are planned.", len(made)))
            return redirect(url_for("events.show", id=made[0].id))
    fresh = AgainForm(formdata=None)
    forms = (fresh, form) if request.form.get("act") == "repeat" else (form, fresh)
    return render_template("events/again.html", copy=forms[0], series=forms[1], event=event)


@blueprint.route("/<int:id>/cancel", methods=["GET", "POST"])
@login_required
def cancel(id: int) -> str | Response:
    """Cancel an event, with the reason that everybody concerned reads."""
    event = find(Event, id, me().organization_id)
    authorize(me(), "edit", event)
    form = ReasonForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.cancel_event(event, form.reason.data or "", me())
        if saved:
            flash(_("The event is cancelled. Everyone concerned is told."))
            return redirect(url_for("events.show", id=event.id))
    return render_template(
        "events/reason.html", form=form, event=event, title=_("Cancel the event"), act=_("Cancel the event"),
        text=_("Everyone who comes, waits, asked or teaches gets a mail with your reason; it leaves their calendars."),
    )  # fmt: skip


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove an event no course uses."""
    classroom.delete_event(find(Event, id, me().organization_id), me())
    flash(_("The event is deleted."))
    return redirect(url_for("events.index"))


@blueprint.get("/templates")
@login_required
def templates() -> str:
    """What events can be planned from."""
    authorize(me(), "edit", "EventTemplate")
    return render_template("events/templates.html", templates=classroom.templates(me().organization_id))


@blueprint.post("/<int:id>/template")
@login_required
def save_template(id: int) -> Response:
    """Keep what an event is like."""
    event = find(Event, id, me().organization_id)
    classroom.save_template(event, request.form.get("title", ""), me())
    flash(_("The template is saved."))
    return redirect(url_for("events.templates"))


@blueprint.post("/templates/<int:template_id>/delete")
@login_required
def delete_template(template_id: int) -> Response:
    """Remove a template."""
    classroom.delete_template(find(EventTemplate, template_id, me().organization_id), me())
    flash(_("The template is deleted."))
    return redirect(url_for("events.templates"))

"""The sessions of an event: adding, moving, cancelling."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import classroom
from lms.classroom import Event, Session
from lms.db import find
from lms.errors import NotFound
from lms.policy import authorize
from lms.views.access import form_errors, login_required, me
from lms.views.forms.classroom import SessionForm, offer_places, session_attrs

blueprint = Blueprint("sessions", __name__, url_prefix="/events/<int:event_id>/sessions")


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new(event_id: int) -> str | Response:
    """One more session."""
    event = find(Event, event_id, me().organization_id)
    authorize(me(), "edit", event)
    form = SessionForm()
    if not form.is_submitted():
        form.timezone.data = event.timezone
    offer_places(form)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.add_session(event, session_attrs(form), me())
        if saved:
            flash(_("The session is added. Who comes is told."))
            return redirect(url_for("events.show", id=event.id))
    return render_template("events/session.html", form=form, event=event, session=None)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(event_id: int, id: int) -> str | Response:
    """Move a session, or give it to somebody else."""
    session = session_of(event_id, id)
    form = SessionForm(obj=session)
    if not form.is_submitted():
        form.instructor_ids.data = [person.id for person in session.instructors]
    offer_places(form)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            classroom.update_session(session, session_attrs(form), me())
        if saved:
            flash(_("Saved. Who comes is told if it is at another time or place."))
            return redirect(url_for("events.show", id=event_id))
    return render_template("events/session.html", form=form, event=session.event, session=session)


@blueprint.post("/<int:id>/cancel")
@login_required
def cancel(event_id: int, id: int) -> Response:
    """This session does not take place."""
    classroom.cancel_session(session_of(event_id, id), me())
    flash(_("The session is cancelled. Who comes is told."))
    return redirect(url_for("events.show", id=event_id))


def session_of(event_id: int, id: int) -> Session:
    """The session, for who may edit its event."""
    session = find(Session, id, me().organization_id)
    if session.event_id != event_id:
        raise NotFound("There is no such session, or it was deleted.")
    authorize(me(), "edit", session.event)
    return session

"""Files of an event: reading them, adding and taking them away."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import classroom
from lms.classroom import Event, EventFile
from lms.db import find
from lms.errors import Invalid, NotFound
from lms.views.access import login_required, me
from lms.views.media import send

blueprint = Blueprint("attachments", __name__, url_prefix="/events/<int:event_id>/files")


@blueprint.post("/")
@login_required
def add(event_id: int) -> Response:
    """Keep a file with the event."""
    event = find(Event, event_id, me().organization_id)
    given = request.files.get("file")
    try:
        if given is None or not given.filename:
            raise Invalid("file", _("Choose a file."))
        classroom.attach(event, given.stream, given.filename, me())  # type: ignore[arg-type]
        flash(_("The file is added."))
    except Invalid as problem:
        flash(problem.message, "error")
    return redirect(url_for("events.show", id=event.id))


@blueprint.get("/<int:id>/<name>")
@login_required
def show(event_id: int, id: int, name: str) -> Response:
    """The file, for everybody of the organization, as the event is."""
    return send(_row(event_id, id).file)


@blueprint.post("/<int:id>/delete")
@login_required
def delete(event_id: int, id: int) -> Response:
    """Take a file away."""
    classroom.detach(_row(event_id, id), me())
    flash(_("The file is taken away."))
    return redirect(url_for("events.show", id=event_id))


def _row(event_id: int, id: int) -> EventFile:
    row = find(EventFile, id, me().organization_id)
    if row.event_id != event_id:
        raise NotFound(_("There is no such file, or it was deleted."))
    return row

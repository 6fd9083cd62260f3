"""Who was there: the sheet, the code on the wall, checking in with it, and closing the event."""

import io
import time
from datetime import UTC, datetime, timedelta

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as visit
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import registrations
from lms.classroom import Event, Session
from lms.db import db, find, utcnow
from lms.errors import Conflict, NotFound
from lms.policy import authorize
from lms.registrations import Registration
from lms.views.access import login_required, me
from lms.views.sessions import session_of

blueprint = Blueprint("attendance", __name__)

SHEET = "/events/<int:event_id>/sessions/<int:id>"
SCAN_HOLDS = timedelta(minutes=10)
"""Somebody who has to sign in first has this long after the scan."""


@blueprint.get(f"{SHEET}/attendance")
@login_required
def sheet(event_id: int, id: int) -> str:
    """The sheet, to tap on."""
    session = session_of(event_id, id)
    rows = registrations.attendees(session.event)
    return render_template(
        "events/sheet.html", session=session, event=session.event, rows=rows, marks=registrations.marks(session)
    )


@blueprint.get(f"{SHEET}/list")
@login_required
def printed(event_id: int, id: int) -> str:
    """The list to print, with room for signatures."""
    session = session_of(event_id, id)
    return render_template(
        "events/list.html", session=session, event=session.event, rows=registrations.attendees(session.event)
    )


@blueprint.post(f"{SHEET}/attendance/<int:registration_id>")
@login_required
def mark(event_id: int, id: int, registration_id: int) -> str | Response:
    """One tap: the row as it is now, or the whole sheet where there is no script."""
    session = session_of(event_id, id)
    row = find(Registration, registration_id, me().organization_id)
    state = request.form.get("state", "")
    known = registrations.marks(session).get(row.id)
    if known is not None and known.state == state and "reason_given" not in request.form:
        state = ""
    marked = registrations.mark(session, row, state, request.form.get("reason", ""), me())
    if request.headers.get("X-Requested-With") != "sheet":
        return redirect(url_for("attendance.sheet", event_id=event_id, id=id))
    return render_template(
        "events/mark.html", session=session, event=session.event, row=row, mark=marked, is_saved=True
    )


@blueprint.get(f"{SHEET}/code")
@login_required
def code(event_id: int, id: int) -> str:
    """The page for the wall."""
    session = session_of(event_id, id)
    return render_template("events/code.html", session=session, event=session.event)


@blueprint.get(f"{SHEET}/code.svg")
@login_required
def code_image(event_id: int, id: int) -> Response:
    """The code of this half minute."""
    session = session_of(event_id, id)
    now = utcnow()
    path = url_for("attendance.scan", id=session.id, code=registrations.code_of(session, now))
    image = io.BytesIO()
    segno.make(current_app.config["PUBLIC_URL"] + path, error="m").save(
        image, kind="svg", border=4, scale=8, dark="#000", light="#fff"
    )
    answer = Response(image.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Seconds-Left"] = str(registrations.seconds_left(now))
    return answer


@blueprint.get(f"{SHEET}/present")
@login_required
def present(event_id: int, id: int) -> str:
    """How many are marked as there."""
    marks = registrations.marks(session_of(event_id, id)).values()
    return str(sum(mark.state != registrations.ABSENT for mark in marks))


@blueprint.get("/check-in/<int:id>/<code>")
def scan(id: int, code: str) -> Response:
    """Where the code leads. It counts from now, also for who has to sign in first."""
    session = db.session.get(Session, id)
    if session is None:
        raise NotFound("There is no such session, or it was deleted.")
    registrations.scan(session, code, utcnow())
    visit["scanned"] = [session.id, time.time()]
    return redirect(url_for("attendance.check_in", id=session.id))


@blueprint.get("/check-in/<int:id>")
@login_required
def check_in(id: int) -> str:
    """Is it you, and is it this session?"""
    session = find(Session, id, me().organization_id)
    _scanned_at(session)
    return render_template("events/check_in.html", session=session, event=session.event)


@blueprint.post("/check-in/<int:id>")
@login_required
def checked_in(id: int) -> str:
    """There."""
    session = find(Session, id, me().organization_id)
    row = registrations.check_in(session, _scanned_at(session), me())
    return render_template("events/checked_in.html", session=session, event=session.event, mark=row)


def _scanned_at(session: Session) -> datetime:
    id, moment = visit.get("scanned", (0, 0.0))
    scanned_at = datetime.fromtimestamp(moment, UTC)
    if id != session.id or utcnow() - scanned_at > SCAN_HOLDS:
        raise Conflict(_("Scan the code that is shown in the room."))
    return scanned_at


@blueprint.route("/events/<int:id>/close", methods=["GET", "POST"])
@login_required
def close(id: int) -> str | Response:
    """Settle the event: registrations end, results are written."""
    event = find(Event, id, me().organization_id)
    authorize(me(), "edit", event)
    if request.method == "POST":
        closing = registrations.close(event, me(), enroll="enroll" in request.form)
        flash(ngettext("The event is closed. %(num)s result is written.",
                       "The event is closed. %(num)s results are written.", closing.results))  # fmt: skip
        for course, people in closing.not_enrolled.items():
            flash(_("Without a result, because not enrolled in %(course)s: %(people)s.", course=course,
                    people=", ".join(people)), "error")  # fmt: skip
        return redirect(url_for("events.show", id=event.id))
    return render_template(
        "events/close.html", event=event, not_enrolled=registrations.attended_without_enrollment(event),
        unmarked=registrations.unmarked(event),
    )  # fmt: skip

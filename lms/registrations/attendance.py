"""Who was at a session: the sheet, checking in with a code, and corrections after closing."""

import hashlib
import hmac
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts import User
from lms.classroom import CANCELLED, CLOSED, Session
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize
from lms.registrations.closing import settle
from lms.registrations.models import ABSENT, ATTENDED, LATE, MARKS, PLACED, Attendance, Registration

STEP = 30
"""Seconds after which the code on the wall changes; it is accepted for twice as long."""
BEFORE = timedelta(hours=1)
"""How long before a session people may check in."""
ON_TIME = timedelta(minutes=10)
"""Who checks in later than this after the start is late."""


def mark(session: Session, registration: Registration, state: str, reason: str, actor: User) -> Attendance | None:
    """Note that somebody attended, was late, there for a part, or absent; an empty state takes the mark away.

    After closing it is a correction: what the registration ended as and the result follow it, in the same transaction.
    """
    authorize(actor, "edit", session.event)
    if state not in (*MARKS, ""):
        raise Invalid("state", _("Choose one from the list."))
    if registration.event_id != session.event_id:
        raise NotFound(_("This person is not registered for this event."))
    if not session.takes_place:
        raise Conflict(_("This session is cancelled."))
    with transaction():
        row = _write(session, registration, state, reason.strip()[:500] if state == ABSENT else "", "sheet", actor)
        if session.event.status == CLOSED:
            settle(registration, actor, is_correction=True)
    return row


def code_of(session: Session, moment: datetime) -> str:
    """The code on the wall at `moment`: a keyed hash of the session and the half minute (HMAC, RFC 2104)."""
    return _code(session, int(moment.timestamp()) // STEP)


def seconds_left(moment: datetime) -> int:
    """For how long the code of `moment` is still shown."""
    return STEP - int(moment.timestamp()) % STEP


def scan(session: Session, code: str, moment: datetime) -> None:
    """Raise Conflict unless `code` is on the wall at `moment`, or was in the half minute before."""
    step = int(moment.timestamp()) // STEP
    if not any(hmac.compare_digest(_code(session, one), code) for one in (step, step - 1)):
        raise Conflict(_("This code has expired. Scan the one that is shown now."))


def check_in(session: Session, scanned_at: datetime, actor: User) -> Attendance:
    """The person was there at `scanned_at`, when `scan` accepted their code. A second time changes nothing.

    Raises Conflict for who has no place, and outside the time from an hour before the session until its end.
    """
    registration = db.session.scalar(
        select(Registration).where(Registration.event_id == session.event_id, Registration.user_id == actor.id)
    )
    if registration is None or registration.state not in PLACED:
        raise Conflict(_("You have no place in this event. Ask the instructor to let you in."))
    if not session.takes_place or session.event.status in (CANCELLED, CLOSED):
        raise Conflict(_("This session is cancelled or over."))
    if not session.starts_at - BEFORE <= scanned_at <= session.ends_at:
        raise Conflict(_("You can check in from an hour before the session until its end."))
    with transaction():
        known = _mark_of(session, registration)
        if known is not None:
            return known
        state = ATTENDED if scanned_at <= session.starts_at + ON_TIME else LATE
        row = _write(session, registration, state, "", "code", actor)
        assert row is not None
    return row


def _code(session: Session, step: int) -> str:
    return hmac.new(session.secret.encode(), f"{session.id}:{step}".encode(), hashlib.sha256).hexdigest()[:20]


def _mark_of(session: Session, registration: Registration) -> Attendance | None:
    db.session.execute(select(Registration.id).where(Registration.id == registration.id).with_for_update())
    db.session.refresh(registration)
    if registration.state not in PLACED:
        raise Conflict(_("This person has no place in the event any more. Reload the page."))
    return db.session.scalar(
        select(Attendance)
        .where(Attendance.session_id == session.id, Attendance.registration_id == registration.id)
        .execution_options(populate_existing=True)
    )


def _write(
    session: Session, registration: Registration, state: str, reason: str, source: str, actor: User
) -> Attendance | None:
    row = _mark_of(session, registration)
    if row is None:
        if not state:
            return None
        row = Attendance(
            organization_id=session.organization_id, session_id=session.id, registration_id=registration.id,
            event_id=session.event_id, user_id=registration.user_id, state=state, reason=reason, source=source,
            at=utcnow(),
        )  # fmt: skip
        db.session.add(row)
        EventCenter.broadcast("created", row, actor)
    elif not state:
        EventCenter.broadcast("deleted", row, actor)
        db.session.delete(row)
        db.session.flush()
        return None
    elif (row.state, row.reason) != (state, reason):
        previous = snapshot(row)
        row.state, row.reason, row.source, row.at = state, reason, source, utcnow()
        EventCenter.broadcast("updated", previous, row, actor)
    db.session.flush()
    return row

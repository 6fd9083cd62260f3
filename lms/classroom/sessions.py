"""The sessions of an event: adding, moving, cancelling them; the event's own time and place follow."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts import User
from lms.classroom.attrs import SessionAttrs
from lms.classroom.clashes import lock_planning, refuse_clashes
from lms.classroom.models import PLANNED, Event, Room, Session, SessionInstructor
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize

MOVED = ("starts_at", "ends_at", "timezone", "room_id", "location", "link")
"""What calendars have to hear of."""


def add_session(event: Event, attrs: SessionAttrs, actor: User) -> Session:
    """One more meeting of `event`. Raises Invalid for a room or instructor that is taken, naming by what."""
    authorize(actor, "edit", event)
    with transaction():
        lock_event(event)
        _refuse_unless_planned(event)
        session = put_session(event, attrs, actor)
        follow_sessions(event, actor)
    return session


def put_session(event: Event, attrs: SessionAttrs, actor: User) -> Session:
    """Add a session in the caller's transaction, which holds the planning lock."""
    values = attrs.model_dump(exclude={"instructor_ids", "timezone"})
    session = Session(
        organization_id=event.organization_id, event=event, timezone=attrs.timezone or event.timezone, **values
    )
    with db.session.no_autoflush:
        _check(session, attrs.instructor_ids)
    db.session.add(session)
    EventCenter.broadcast("created", session, actor)
    _set_instructors(session, attrs.instructor_ids, actor)
    return session


def update_session(session: Session, attrs: SessionAttrs, actor: User) -> Session:
    """Move a session, or give it to somebody else; those who come hear of it, with an update for their calendar."""
    event = session.event
    authorize(actor, "edit", event)
    with transaction():
        lock_event(event)
        _refuse_unless_planned(event)
        if session.cancelled_at is not None:
            raise Conflict(_("This session is cancelled. Add a new one."))
        change_session(session, attrs, actor)
        follow_sessions(event, actor)
    return session


def change_session(session: Session, attrs: SessionAttrs, actor: User) -> None:
    """Change a session in the caller's transaction, which holds the planning lock."""
    previous = snapshot(session)
    with db.session.no_autoflush:
        for name, value in attrs.model_dump(exclude={"instructor_ids", "timezone"}).items():
            setattr(session, name, value)
        session.timezone = attrs.timezone or session.timezone
        _check(session, attrs.instructor_ids)
    now = snapshot(session)
    if any(previous[name] != now[name] for name in MOVED):
        session.sequence += 1
        db.session.flush()
        db.session.expire(session, ["room"])
        EventCenter.broadcast("updated", previous, session, actor)
    _set_instructors(session, attrs.instructor_ids, actor)


def cancel_session(session: Session, actor: User) -> None:
    """This meeting does not take place; its room and instructors are free. Raises Conflict for the only one left."""
    event = session.event
    authorize(actor, "edit", event)
    with transaction():
        lock_event(event)
        _refuse_unless_planned(event)
        if session.cancelled_at is not None:
            return
        if event.active_sessions == [session]:
            raise Conflict(_("This is the only session left. Cancel the event instead."))
        previous = snapshot(session)
        session.cancelled_at, session.sequence = utcnow(), session.sequence + 1
        EventCenter.broadcast("updated", previous, session, actor)
        follow_sessions(event, actor)


def lock_event(event: Event) -> None:
    """Nobody else plans in the organization or registers for the event until the transaction ends; reads it again."""
    lock_planning(event.organization_id)
    db.session.execute(
        select(Event).where(Event.id == event.id).with_for_update().execution_options(populate_existing=True)
    )
    db.session.expire(event, ["sessions"])


def follow_sessions(event: Event, actor: User) -> None:
    """Bring the event's start, end and place up to date with its sessions, and broadcast it if they differ."""
    db.session.flush()
    db.session.expire(event, ["sessions"])
    derived = derive(event)
    if any(getattr(event, name) != value for name, value in derived.items()):
        previous = snapshot(event)
        for name, value in derived.items():
            setattr(event, name, value)
        EventCenter.broadcast("updated", previous, event, actor)


def derive(event: Event) -> dict[str, object]:
    """Start, end and place of an event as its sessions have them."""
    sessions = event.active_sessions
    places = dict.fromkeys(session.place for session in sessions if session.place)
    return {
        "starts_at": min(session.starts_at for session in sessions),
        "ends_at": max(session.ends_at for session in sessions),
        "location": " · ".join(places)[:200],
    }


def attrs_of(session: Session) -> SessionAttrs:
    """A session as it could be filled in."""
    values = {name: getattr(session, name) for name in MOVED}
    return SessionAttrs(**values, instructor_ids=[person.id for person in session.instructors])


def _check(session: Session, instructor_ids: Collection[int]) -> None:
    try:
        room = find(Room, session.room_id, session.organization_id) if session.room_id is not None else None
    except NotFound:
        raise Invalid("room_id", _("Choose one from the list.")) from None
    if room is not None and not room.active:
        raise Invalid("room_id", _("This room is no longer in use."))
    known = set(
        db.session.scalars(
            select(User.id).where(
                User.id.in_(instructor_ids), User.organization_id == session.organization_id, User.active
            )
        )
    )
    if set(instructor_ids) - known:
        raise Invalid("instructor_ids", _("Choose one from the list."))
    refuse_clashes(session, instructor_ids)


def _set_instructors(session: Session, user_ids: Collection[int], actor: User) -> None:
    known = {
        row.user_id: row
        for row in db.session.scalars(select(SessionInstructor).where(SessionInstructor.session_id == session.id))
    }
    for user_id in sorted(set(user_ids) - known.keys()):
        row = SessionInstructor(
            organization_id=session.organization_id, session_id=session.id, event_id=session.event_id, user_id=user_id
        )
        db.session.add(row)
        EventCenter.broadcast("created", row, actor)
    for user_id in sorted(known.keys() - set(user_ids)):
        EventCenter.broadcast("deleted", known[user_id], actor)
        db.session.delete(known[user_id])
    db.session.flush()
    db.session.expire(session, ["instructors"])


def _refuse_unless_planned(event: Event) -> None:
    if event.status != PLANNED:
        raise Conflict(_("This event is over or cancelled. Copy it to plan it again."))

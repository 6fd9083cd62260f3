"""Making, changing, cancelling, closing and removing classroom events."""

from collections.abc import Callable, Sequence

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms.accounts import Organization, User
from lms.classroom.attrs import EventAttrs, SessionAttrs
from lms.classroom.clashes import lock_planning
from lms.classroom.models import CANCELLED, CLOSED, PLANNED, Event
from lms.classroom.sessions import attrs_of, change_session, derive, lock_event, put_session
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize

WHEN_AND_WHERE = {"starts_at", "ends_at", "location", "timezone"}
FOLLOWERS: list[Callable[[Event, User], object]] = []
"""Called in the transaction that changed an event, with its row locked: registrations give out places that came."""


def create_event(
    attrs: EventAttrs, actor: User, sessions: Sequence[SessionAttrs] = (), series_id: int | None = None
) -> Event:
    """A new event with its sessions, or with the one session its start and end say.

    Inside a larger transaction it is committed with the rest of it. Raises Invalid for a room or instructor that is
    taken, naming by what.
    """
    authorize(actor, "edit", "Event")
    if not sessions:
        if attrs.starts_at is None or attrs.ends_at is None:
            raise Invalid("starts_at", _("Give a date and a time."))
        sessions = [SessionAttrs(starts_at=attrs.starts_at, ends_at=attrs.ends_at, location=attrs.location or "")]
    zone = attrs.timezone or db.session.get_one(Organization, actor.organization_id).timezone
    event = Event(
        organization_id=actor.organization_id, timezone=zone, series_id=series_id, **_own_values(attrs),
        starts_at=min(one.starts_at for one in sessions), ends_at=max(one.ends_at for one in sessions),
    )  # fmt: skip
    with transaction() as session:
        lock_planning(actor.organization_id)
        session.add(event)
        session.flush()
        for one in sessions:
            put_session(event, one, actor)
        db.session.expire(event, ["sessions"])
        event.location = str(derive(event)["location"])
        EventCenter.broadcast("created", event, actor)
    return event


def update_event(event: Event, attrs: EventAttrs, actor: User) -> Event:
    """Change an event; those concerned hear of it. With more places, who waits gets them, in order.

    Start, end and place are those of its only session: raises Invalid if given for an event that has several.
    """
    authorize(actor, "edit", event)
    with transaction():
        lock_event(event)
        if event.status == CANCELLED:
            raise Conflict(_("This event is cancelled. Copy it to plan it again."))
        previous = snapshot(event)
        for name, value in _own_values(attrs).items():
            setattr(event, name, value)
        event.timezone = attrs.timezone or event.timezone
        _move_only_session(event, attrs, actor)
        db.session.flush()
        db.session.expire(event, ["sessions"])
        for name, value in derive(event).items():
            setattr(event, name, value)
        EventCenter.broadcast("updated", previous, event, actor)
        for follow in FOLLOWERS:
            follow(event, actor)
    return event


def _own_values(attrs: EventAttrs) -> dict[str, object]:
    return attrs.model_dump(exclude=WHEN_AND_WHERE)


def _move_only_session(event: Event, attrs: EventAttrs, actor: User) -> None:
    sessions = event.active_sessions
    if len(sessions) != 1:
        if attrs.starts_at is not None or attrs.location is not None:
            raise Invalid("starts_at", _("This event has several sessions. Move each of them by itself."))
        return
    [session] = sessions
    changes = {name: getattr(attrs, name) for name in WHEN_AND_WHERE if getattr(attrs, name) is not None}
    change_session(session, attrs_of(session).model_copy(update=changes), actor)


def cancel_event(event: Event, reason: str, actor: User) -> None:
    """It does not take place; everyone concerned hears of it. Rooms and instructors are free again."""
    authorize(actor, "edit", event)
    if not reason.strip():
        raise Invalid("reason", _("Say why, so that people understand."))
    with transaction():
        lock_event(event)
        if event.status != PLANNED:
            raise Conflict(_("This event is over or cancelled already."))
        for session in event.active_sessions:
            before = snapshot(session)
            session.sequence += 1
            EventCenter.broadcast("updated", before, session, actor)
        previous = snapshot(event)
        event.status, event.reason = CANCELLED, reason.strip()[:500]
        EventCenter.broadcast("updated", previous, event, actor)


def close_event(event: Event, actor: User) -> None:
    """It is over and settled; in the caller's transaction, which holds the event's lock."""
    if event.status != PLANNED:
        raise Conflict(_("This event is over or cancelled already."))
    previous = snapshot(event)
    event.status = CLOSED
    EventCenter.broadcast("updated", previous, event, actor)


def delete_event(event: Event, actor: User) -> None:
    """Remove an event; raises Conflict while a subject points to it or people have registered."""
    authorize(actor, "edit", event)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", event, actor)
            session.delete(event)
    except IntegrityError:
        raise Conflict("A course uses this event, or people have registered for it. Cancel it instead.") from None

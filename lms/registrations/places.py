"""Places and the waiting list: who gets the next place, exactly once however many give theirs up at the same moment.

Locks, always in this order: the event's row, then the people who get a place in the order of their ids. The first
makes every registration for one event wait for the one before; the second keeps two events that take place at the
same time from giving a place to the same person at the same moment.
"""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts import User
from lms.classroom import FOLLOWERS, Event, Session
from lms.classroom import PLANNED as PLANNED_EVENT
from lms.db import db, snapshot, utcnow
from lms.events import EventCenter
from lms.registrations.models import CANCELLED, PLACED, REGISTERED, WAITING, Registration

MOST_AT_ONCE = 500


def lock(event: Event) -> Event:
    """Nobody else registers for the event until the transaction ends; the event as it is now."""
    return db.session.scalars(
        select(Event).where(Event.id == event.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def lock_people(user_ids: Collection[int]) -> None:
    """Nobody else gives these people a place until the transaction ends."""
    db.session.execute(
        select(User.id).where(User.id.in_(user_ids)).order_by(User.id).with_for_update(key_share=True)
    )


def taken(event: Event) -> int:
    """How many have a place; one statement."""
    return db.session.scalar(
        select(func.count()).where(Registration.event_id == event.id, Registration.state.in_(PLACED))
    ) or 0


def places_left(event: Event) -> int | None:
    """How many more can come; None without a limit. One statement at most."""
    return None if event.capacity is None else max(0, event.capacity - taken(event))


def is_anybody_waiting(event: Event) -> bool:
    """Whether there is a waiting list; one statement."""
    return db.session.scalar(
        select(Registration.id).where(Registration.event_id == event.id, Registration.state == WAITING).limit(1)
    ) is not None


def next_number(event: Event) -> int:
    """The number of who comes now; one statement."""
    return (db.session.scalar(select(func.max(Registration.number)).where(Registration.event_id == event.id)) or 0) + 1


def change(registration: Registration, actor: User | None, **values: object) -> None:
    """Set columns and broadcast; in the caller's transaction."""
    previous = snapshot(registration)
    for name, value in (values | {"by_id": actor.id if actor is not None else None}).items():
        setattr(registration, name, value)
    EventCenter.broadcast("updated", previous, registration, actor)


def fill(event: Event, actor: User | None) -> int:
    """Give free places to those who wait, in order; the caller holds the event's lock. Returns how many got one.

    Somebody at the head who gets a place elsewhere at this very moment is seen once their lock is ours: then nothing
    is kept of this round, and the next begins with who is at the head now.
    """
    promoted = 0
    if event.status != PLANNED_EVENT or event.starts_at <= utcnow():
        return 0
    while (left := places_left(event)) != 0:
        heads = _heads(event, MOST_AT_ONCE if left is None else min(left, MOST_AT_ONCE))
        if not heads:
            break
        savepoint = db.session.begin_nested()
        lock_people([row.user_id for row in heads])
        for row in heads:
            db.session.refresh(row)
        if any(row.state != WAITING for row in heads):
            savepoint.rollback()
            continue
        for row in heads:
            change(row, actor, state=REGISTERED, reason="")
        drop_elsewhere([row.user_id for row in heads], event, actor)
        savepoint.commit()
        promoted += len(heads)
    return promoted


def _heads(event: Event, most: int) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .join(Registration.user)
        .where(Registration.event_id == event.id, Registration.state == WAITING, User.active)
        .order_by(Registration.number, Registration.id)
        .limit(most)
        .execution_options(populate_existing=True)
    ).all()


def drop_elsewhere(user_ids: Collection[int], event: Event, actor: User | None) -> None:
    """Take people who got a place off the waiting lists of events at the same time, or of the same series.

    The caller holds their locks.
    """
    others = db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(
            Registration.user_id.in_(user_ids), Registration.state == WAITING, Registration.event_id != event.id,
            or_(collides(event), (Event.series_id == event.series_id) if event.series_id else false()),
        )
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    for row in others:
        change(row, actor, state=CANCELLED, reason=_("You have a place in “%(title)s”.", title=event.title))


def collides(event: Event) -> ColumnElement[bool]:
    """Whether a session of the `Event` in the query is at the same time as one of `event`."""
    ours, theirs = aliased(Session), aliased(Session)
    return exists().where(
        ours.event_id == event.id, ours.cancelled_at.is_(None),
        theirs.event_id == Event.id, theirs.cancelled_at.is_(None),
        ours.starts_at < theirs.ends_at, ours.ends_at > theirs.starts_at,
    )  # fmt: skip


FOLLOWERS.append(fill)

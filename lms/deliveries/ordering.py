"""Order per object, for subscribers that declare it: a change waits until the object's earlier ones are dealt with.

Changes of one object are in the order of their ids, because a change gets its id while its transaction holds the
object's row. Whoever gets a message takes along everything else that is open for the same objects, so no change
waits longer than the one before it; one that is dead holds up the object's later ones until somebody decides.
"""

import zlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select, text, tuple_

from lms.db import among, db, utcnow
from lms.deliveries.conditions import SLACK, heard_by
from lms.deliveries.models import DEAD, WAITING, Delivery
from lms.events import Change, Subscriber

LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")

Object = tuple[str, int]
Open = tuple[int, str | None, datetime | None]
"""Id of a change that is not dealt with, its delivery's state if there is one, and when it may be tried."""


def with_what_is_open(subscriber: Subscriber, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that the subscriber hears, and all other changes of the same objects that it has not dealt with.

    Three statements, one where it hears none.
    """
    heard = db.session.execute(
        select(Change.id, Change.object_type, Change.object_id).where(among(Change.id, ids), heard_by(subscriber))
    ).all()
    objects = {(object_type, object_id) for _id, object_type, object_id in heard}
    found = {id for changes in _open(subscriber, objects).values() for id, _state, _due in changes}
    db.session.commit()
    return sorted(found.union(id for id, _type, _object in heard))


def without_what_must_wait(subscriber: Subscriber, ids: Sequence[int]) -> list[int]:
    """Those of `ids` before which nothing of their object is left to do, except what is in `ids` itself.

    To be called in the transaction of the effect: it locks the objects for this subscriber until that ends.
    """
    objects = _objects(ids)
    _lock(subscriber, objects)
    wanted, ready, late = set(ids), list[int](), utcnow() + SLACK
    for changes in _open(subscriber, objects).values():
        for id, state, due in changes:
            if id not in wanted or state == DEAD or (due is not None and due > late):
                break
            ready.append(id)
    return sorted(ready)


def _objects(ids: Sequence[int]) -> set[Object]:
    rows = db.session.execute(select(Change.object_type, Change.object_id).where(among(Change.id, ids)).distinct())
    return {(object_type, object_id) for object_type, object_id in rows}


def _open(subscriber: Subscriber, objects: Collection[Object]) -> dict[Object, list[Open]]:
    """Per object its changes that the subscriber has yet to deal with, in their order. Two statements.

    Two, and not one with OR, so that each can use its partial index, whose size is that of what is open.
    """
    if not objects:
        return {}
    this = Delivery.subscriber == subscriber.name
    about = tuple_(Change.object_type, Change.object_id).in_(objects)
    columns = select(Change.object_type, Change.object_id, Change.id, Delivery.state, Delivery.next_attempt_at)
    untouched = (
        columns.outerjoin(Delivery, (Delivery.change_id == Change.id) & this)
        .where(Change.settled_at.is_(None), about, heard_by(subscriber))
        .where(or_(Delivery.change_id.is_(None), Delivery.state.in_((WAITING, DEAD))))
    )
    stuck = columns.join(Delivery, Delivery.change_id == Change.id).where(
        this, Delivery.state.in_((WAITING, DEAD)), Change.settled_at.is_not(None), about
    )
    found: dict[Object, list[Open]] = defaultdict(list)
    for statement in (untouched, stuck):
        for object_type, object_id, id, state, due in db.session.execute(statement):
            found[object_type, object_id].append((id, state, due))
    return {key: sorted(changes, key=lambda change: change[0]) for key, changes in found.items()}


def _lock(subscriber: Subscriber, objects: Collection[Object]) -> None:
    """On PostgreSQL by advisory locks, taken in order; on SQLite whoever writes is alone anyway."""
    if db.session().get_bind().dialect.name != "postgresql":
        return
    keys = sorted({zlib.crc32(f"{subscriber.name}/{kind}/{id}".encode()) for kind, id in objects})
    db.session.execute(LOCK, {"keys": keys})

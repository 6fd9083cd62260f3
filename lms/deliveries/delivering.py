"""Dealing with changes for one subscriber: effect and ledger row in one commit, the poison set apart."""

import random
import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Select, String, and_, bindparam, literal, or_, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from lms.db import among, db, transaction, upsert, utcnow
from lms.deliveries import ordering
from lms.deliveries.conditions import SLACK, heard_by
from lms.deliveries.models import DEAD, DONE, WAITING, Delivery
from lms.events import Change, EventCenter, Subscriber, Unavailable
from lms.origin import Origin, working_for

log = structlog.get_logger(__name__)

SHORT = 30
"""Waits up to this many seconds are the worker's: a countdown. Longer ones are the relay's."""

OUTAGE = timedelta(days=7)
"""For so long after a change, no attempt is the last one while the server that is needed does not answer."""

LOSSES = 5
"""A change may cost this many worker processes before it is dead, or more where its subscriber tries more often."""

DatabaseDown = (OperationalError, InterfaceError)
"""Not the change's fault, and nothing could be recorded about it either."""


@dataclass(slots=True)
class Outcome:
    """What became of one message: ids dealt with just now, and ids that wait for another attempt."""

    done: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    dead: list[int] = field(default_factory=list)
    requests: set[str] = field(default_factory=set)
    """Ids of the requests whose changes were tried."""
    wait: float = 0
    """Seconds until the first of the waiting is due."""


def deliver(subscriber: Subscriber, ids: Sequence[int], again: Collection[int] = ()) -> Outcome:
    """Let `subscriber` deal with those of the changes `ids` that it hears and has not dealt with.

    If the handler fails on several, halves are tried apart until each change that cannot be handled stands alone;
    the others are delivered. Raises the database's own error when the database does not answer.
    Three statements and the handler's own when all goes well, whatever the number of ids.

    `again` are those of `ids` that somebody began before and perhaps did not end. One of them may have killed that
    process, so what is still owed of them is tried last, each alone, and counted before it is tried: what kills every
    process is dead in the end. A broker that comes back hands out thousands that are long done: one statement.
    """
    outcome = Outcome()
    if subscriber.ordered:
        ids = ordering.with_what_is_open(subscriber, ids)
        again = ids if again else again
    with working_for(Origin(request_id=uuid4().hex, via=subscriber.name)):
        if fresh := sorted(set(ids).difference(again)):
            _deliver(subscriber, fresh, outcome)
        for id in _owed_of(subscriber, again):
            if _count_before(subscriber, id, outcome):
                _deliver(subscriber, [id], outcome)
    return outcome


def _owed_of(subscriber: Subscriber, ids: Collection[int]) -> list[int]:
    if not ids:
        return []
    found = list(db.session.scalars(owed(subscriber, ids).with_only_columns(Change.id)))
    db.session.commit()
    return found


def _count_before(subscriber: Subscriber, id: int, outcome: Outcome) -> bool:
    """Count the attempt that was not ended; whether there is to be another one."""
    now = utcnow()
    with transaction() as session:
        if session.scalar(owed(subscriber, [id])) is None:
            return False
        delivery = session.get(Delivery, (id, subscriber.name))
        delivery = delivery or Delivery(change_id=id, subscriber=subscriber.name, attempts=0)
        delivery.attempts += 1
        delivery.error = "The worker process ended while this was handled."
        delivery.updated_at = now
        is_dead = delivery.attempts > max(subscriber.retry.times, LOSSES)
        delivery.state = DEAD if is_dead else WAITING
        delivery.next_attempt_at = None if is_dead else now
        delivery.resend_at = None if is_dead else now + EventCenter.relay_after
        session.add(delivery)
    if is_dead:
        outcome.dead.append(id)
        log.error("delivery ends every process that handles it", subscriber=subscriber.name, change=id)
    return not is_dead


def _deliver(subscriber: Subscriber, ids: list[int], outcome: Outcome) -> None:
    try:
        outcome.done += _handle(subscriber, ids, outcome)
    except DatabaseDown:
        raise
    except Unavailable as error:
        _postpone(subscriber, ids, error, outcome)
    except Exception as error:  # noqa: BLE001 - a handler may fail in any way; it is recorded, never swallowed
        if len(ids) == 1:
            _postpone(subscriber, ids, error, outcome)
            return
        middle = len(ids) // 2
        _deliver(subscriber, ids[:middle], outcome)
        _deliver(subscriber, ids[middle:], outcome)


def _handle(subscriber: Subscriber, ids: list[int], outcome: Outcome) -> list[int]:
    """The effect and its ledger rows in one transaction; an effect outside comes first, and bears a repeat."""
    if subscriber.outside:
        # In a session of its own, because the end of a transaction expires what was read in it.
        with Session(db.engine) as reading:
            changes = list(reading.scalars(owed(subscriber, ids)))
        if changes:
            _run(subscriber, changes, outcome)
            with transaction():
                _claim(subscriber, [change.id for change in changes])
        return [change.id for change in changes]
    with transaction() as session:
        if subscriber.ordered:
            ids = ordering.without_what_must_wait(subscriber, ids)
        claimed = _claim(subscriber, ids)
        if claimed:
            changes = list(session.scalars(select(Change).where(among(Change.id, claimed)).order_by(Change.id)))
            _run(subscriber, changes, outcome)
    return claimed


def _run(subscriber: Subscriber, changes: list[Change], outcome: Outcome) -> None:
    """Let the handler work for the request from which the changes come, where it is the same one."""
    requests = {change.request_id for change in changes}
    outcome.requests |= requests
    with working_for(Origin(request_id=requests.pop() if len(requests) == 1 else uuid4().hex, via=subscriber.name)):
        subscriber.handle(changes)


def owed(subscriber: Subscriber, ids: Collection[int]) -> Select[Change]:
    """Those of the changes `ids` that the subscriber hears and has to deal with now, in their order."""
    settled = (
        select(Delivery.change_id)
        .where(Delivery.change_id == Change.id, Delivery.subscriber == subscriber.name)
        .where(or_(Delivery.state != WAITING, Delivery.next_attempt_at > utcnow() + SLACK))
    )
    return (
        select(Change)
        .where(among(Change.id, ids), heard_by(subscriber), ~settled.exists())
        .order_by(Change.id)
        .execution_options(populate_existing=True)
    )


def _claim(subscriber: Subscriber, ids: Sequence[int]) -> list[int]:
    """Write the ledger rows of the changes to be handled in this transaction, and return their ids.

    A second worker with the same change waits here until the first commits, and then finds nothing to do.
    """
    now = utcnow()
    rows = (
        select(Change.id, literal(subscriber.name, String), literal(DONE, String), literal(1), _moment(now))
        .where(among(Change.id, ids), heard_by(subscriber))
        .order_by(Change.id)
    )
    statement = upsert(Delivery).from_select(["change_id", "subscriber", "state", "attempts", "updated_at"], rows)
    statement = statement.on_conflict_do_update(
        index_elements=["change_id", "subscriber"],
        set_={
            "state": DONE,
            "attempts": Delivery.attempts + 1,
            "updated_at": now,
            "next_attempt_at": None,
            "resend_at": None,
        },
        where=and_(Delivery.state == WAITING, Delivery.next_attempt_at <= now + SLACK),
    )
    return sorted(db.session.scalars(statement.returning(Delivery.change_id)))


def _moment(value: datetime) -> Any:
    return bindparam(None, value, type_=Delivery.updated_at.type)


def _postpone(subscriber: Subscriber, ids: Sequence[int], error: Exception, outcome: Outcome) -> None:
    """Record a failed attempt: the delivery waits for the next one, or is dead after the last."""
    text = f"{type(error).__name__}: {error}"[:2000]
    trace = "".join(traceback.format_exception(error))[-10_000:]
    now, blameless = utcnow(), isinstance(error, Unavailable)
    with transaction() as session:
        changes = session.scalars(owed(subscriber, ids)).all()
        to_handle = [change.id for change in changes]
        young = {change.id for change in changes if now - change.created_at < OUTAGE}
        known = {
            row.change_id: row
            for row in session.scalars(
                select(Delivery).where(Delivery.subscriber == subscriber.name, among(Delivery.change_id, to_handle))
            )
        }
        for id in to_handle:
            delivery = known.get(id) or Delivery(change_id=id, subscriber=subscriber.name, attempts=0)
            delivery.attempts += 1
            delivery.error, delivery.traceback, delivery.updated_at = text, trace, now
            if delivery.attempts > subscriber.retry.times and not (blameless and id in young):
                delivery.state, delivery.next_attempt_at, delivery.resend_at = DEAD, None, None
                outcome.dead.append(id)
            else:
                wait = subscriber.retry.wait(delivery.attempts) * random.uniform(0.8, 1.2)
                delivery.state, delivery.next_attempt_at = WAITING, now + timedelta(seconds=wait)
                grace = EventCenter.relay_after if wait <= SHORT else timedelta(0)
                delivery.resend_at = delivery.next_attempt_at + grace
                outcome.waiting.append(id)
                outcome.wait = min(outcome.wait or wait, wait)
            session.add(delivery)
    log.warning("delivery failed", subscriber=subscriber.name, changes=len(ids), error=text, dead=len(outcome.dead))

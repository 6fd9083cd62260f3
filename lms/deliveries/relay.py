"""The relay: finds what subscribers are owed and sends it again, to just the queues that owe it.

It looks at what is not settled, never at "ids after the last one seen": transactions commit out of the order of
their ids. Partial indexes keep its cost independent of the number of changes already settled.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy import select, update

from lms.db import among, transaction, utcnow
from lms.deliveries.models import WAITING, Delivery
from lms.events import Change, EventCenter

CHUNK = 500
"""Changes looked at in one transaction."""
LONGEST = timedelta(minutes=10)
"""What stays owed is sent again when it is about twice as old, but at least this often: a subscriber that is stopped
for a day must not find the same change a thousand times in its queue."""

PATIENCE = 4
"""A subscriber with a heap of messages before it will find most of what it is owed there, and is sent nothing more
until a change is this many times overdue."""

Send = Callable[[str, Sequence[int]], None]
"""Sends ids to the queue of one subscriber."""
IsBusy = Callable[[str], bool]
"""Whether a heap of messages waits in the queue of a subscriber; never asked inside a transaction."""
Owed = dict[tuple[str, bool], list[int]]
"""Ids of changes by their subscriber, and whether they can wait while that is busy."""


def relay(send: Send, is_busy: IsBusy = lambda _subscriber: False, chunks: int = 20) -> int:
    """Send again what is overdue, and mark as settled what is complete; returns how many deliveries were sent.

    Safe when several run at once: each chunk is locked (`FOR UPDATE SKIP LOCKED`; on SQLite the transaction itself
    is the only writer) and its next look is put off before the lock is released.
    """
    sent, is_busy = 0, cache(is_busy)
    for step in (_overdue_changes, _due_retries):
        for _ in range(chunks):
            owed, seen = step()
            for (subscriber, can_wait), ids in owed.items():
                if not (can_wait and is_busy(subscriber)):
                    send(subscriber, ids)
                    sent += len(ids)
            if seen < CHUNK:
                break
    return sent


def _overdue_changes() -> tuple[Owed, int]:
    """One chunk of changes past their time: whom they are owed to, and how many were looked at.

    Three statements, and one for each of the few waits.
    """
    owed: Owed = defaultdict(list)
    settled: list[int] = []
    later: dict[timedelta, list[int]] = defaultdict(list)
    now = utcnow()
    with transaction() as session:
        rows = session.execute(
            select(Change.id, Change.object_type, Change.action, Change.created_at)
            .where(Change.settled_at.is_(None), Change.due_at <= now)
            .order_by(Change.due_at)
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
        ).all()
        ids = [row.id for row in rows]
        known: dict[int, set[str]] = defaultdict(set)
        for change_id, subscriber in session.execute(
            select(Delivery.change_id, Delivery.subscriber).where(among(Delivery.change_id, ids))
        ):
            known[change_id].add(subscriber)
        for row in rows:
            missing = [
                name for name in EventCenter.interested(row.object_type, row.action) if name not in known[row.id]
            ]
            age = now - row.created_at
            for subscriber in missing:
                owed[subscriber, age <= PATIENCE * EventCenter.relay_after].append(row.id)
            if missing:
                later[_wait(age)].append(row.id)
            else:
                settled.append(row.id)
        if settled:
            session.execute(update(Change).where(among(Change.id, settled)).values(settled_at=now))
        for wait, waiting in later.items():
            session.execute(update(Change).where(among(Change.id, waiting)).values(due_at=now + wait))
    return owed, len(rows)


def _wait(age: timedelta) -> timedelta:
    """Until the next look at a change of this age: about its age, in steps of twice the one before."""
    wait = EventCenter.relay_after
    while wait and wait * 2 <= min(age, LONGEST):
        wait *= 2
    return wait


def _due_retries() -> tuple[Owed, int]:
    """One chunk of waiting deliveries that are due: by subscriber, and how many were looked at. Two statements."""
    owed: Owed = defaultdict(list)
    now = utcnow()
    with transaction() as session:
        rows = session.scalars(
            select(Delivery)
            .where(Delivery.state == WAITING, Delivery.resend_at <= now)
            .order_by(Delivery.resend_at)
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            owed[row.subscriber, False].append(row.change_id)
            row.resend_at = now + EventCenter.relay_after
    return owed, len(rows)

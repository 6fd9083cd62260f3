"""The relay: finds what subscribers are owed and sends it again, to just the queues that owe it.

It looks at what is not settled, never at "ids after the last one seen": transactions commit out of the order of
their ids. Partial indexes keep its cost independent of the number of changes already settled.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select, update

from lms.db import transaction, utcnow
from lms.deliveries.models import WAITING, Delivery
from lms.events import Change, EventCenter

CHUNK = 500
"""Changes looked at in one transaction."""
LONGEST = timedelta(minutes=10)
"""What stays owed is sent again after twice its age each time, but at least this often: a subscriber that is stopped
for a day must not find the same change a thousand times in its queue."""

Send = Callable[[str, Sequence[int]], None]
"""Sends ids to the queue of one subscriber."""


def relay(send: Send, chunks: int = 20) -> int:
    """Send again what is overdue, and mark as settled what is complete; returns how many deliveries were sent.

    Safe when several run at once: each chunk is locked (`FOR UPDATE SKIP LOCKED`; on SQLite the transaction itself
    is the only writer) and its next look is put off before the lock is released.
    """
    sent = 0
    for step in (_overdue_changes, _due_retries):
        for _ in range(chunks):
            owed, seen = step()
            for subscriber, ids in owed.items():
                send(subscriber, ids)
                sent += len(ids)
            if seen < CHUNK:
                break
    return sent


def _overdue_changes() -> tuple[dict[str, list[int]], int]:
    """One chunk of changes past their time: whom they are owed to, and how many were looked at. Four statements."""
    owed: dict[str, list[int]] = defaultdict(list)
    settled: list[int] = []
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
            select(Delivery.change_id, Delivery.subscriber).where(Delivery.change_id.in_(ids))
        ):
            known[change_id].add(subscriber)
        for row in rows:
            missing = [
                name for name in EventCenter.interested(row.object_type, row.action) if name not in known[row.id]
            ]
            for subscriber in missing:
                owed[subscriber].append(row.id)
            if not missing:
                settled.append(row.id)
        unsettled = set(ids) - set(settled)
        if settled:
            session.execute(update(Change).where(Change.id.in_(settled)).values(settled_at=now))
        if unsettled:
            later = [
                {"id": row.id, "due_at": now + max(EventCenter.relay_after, min(now - row.created_at, LONGEST))}
                for row in rows
                if row.id in unsettled
            ]
            session.execute(update(Change), later)
    return owed, len(rows)


def _due_retries() -> tuple[dict[str, list[int]], int]:
    """One chunk of waiting deliveries that are due: by subscriber, and how many were looked at. Two statements."""
    owed: dict[str, list[int]] = defaultdict(list)
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
            owed[row.subscriber].append(row.change_id)
            row.resend_at = now + EventCenter.relay_after
    return owed, len(rows)

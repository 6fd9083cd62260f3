"""Forgetting: changes that everybody has dealt with, and their ledger rows, after a while. Audits stay."""

from datetime import datetime

from sqlalchemy import delete, select

from lms.db import transaction
from lms.deliveries.models import DEAD, WAITING, Delivery
from lms.events import Change

CHUNK = 1000
"""Changes looked at in one transaction."""


def forget_settled(before: datetime, chunks: int = 100, chunk: int = CHUNK) -> int:
    """Remove changes settled before then, oldest first, with their deliveries; returns how many. Not more than
    `chunks` transactions of four statements, each over `chunk` changes; what still waits or is dead stays.

    It walks from the oldest id and stops at the first chunk that is not old enough, so it costs what it removes
    (and what it has to leave), however many changes there are.
    """
    removed, last = 0, 0
    for _ in range(chunks):
        with transaction() as session:
            rows = session.execute(
                select(Change.id, Change.created_at, Change.settled_at)
                .where(Change.id > last)
                .order_by(Change.id)
                .limit(chunk)
            ).all()
            old = [row.id for row in rows if row.settled_at is not None and row.settled_at < before]
            open_ones = select(Delivery.change_id).where(
                Delivery.change_id.in_(old), Delivery.state.in_((WAITING, DEAD))
            )
            ids = sorted(set(old) - set(session.scalars(open_ones)))
            session.execute(delete(Delivery).where(Delivery.change_id.in_(ids)))
            session.execute(delete(Change).where(Change.id.in_(ids)))
        removed += len(ids)
        if len(rows) < chunk or rows[-1].created_at >= before:
            break
        last = rows[-1].id
    return removed

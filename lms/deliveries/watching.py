"""How delivery is going, and what to do about what could not be delivered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from lms.db import db, transaction, utcnow
from lms.deliveries.conditions import heard_by
from lms.deliveries.models import DEAD, DONE, WAITING, Delivery
from lms.events import Change, EventCenter

LATEST = 2000
"""Changes looked at to say how fast a subscriber is."""
RATE_OVER = timedelta(minutes=1)
FEED_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class SubscriberStatus:
    """Of one subscriber: deliveries that wait for another attempt, that are dead, and the oldest change owed: not yet
    tried, or tried and waiting."""

    name: str
    waiting: int
    dead: int
    oldest_owed: datetime | None
    per_minute: int
    """Changes dealt with in the last minute, among the latest 2,000."""

    @property
    def is_at_least(self) -> bool:
        """Whether there may have been more in the last minute than were looked at."""
        return self.per_minute >= LATEST

    @property
    def is_behind(self) -> bool:
        """Whether a change has been owed for longer than the relay waits before it looks."""
        return self.oldest_owed is not None and utcnow() - self.oldest_owed > EventCenter.relay_after


def status() -> list[SubscriberStatus]:
    """Every subscriber of the installation; four statements and one per subscriber."""
    numbers: dict[tuple[str, str], int] = {
        (subscriber, state): number
        for subscriber, state, number in db.session.execute(
            select(Delivery.subscriber, Delivery.state, func.count())
            .where(Delivery.state.in_((WAITING, DEAD)))
            .group_by(Delivery.subscriber, Delivery.state)
        )
    }
    rates, retrying = _rates(), _oldest_retrying()
    return [
        SubscriberStatus(
            name,
            numbers.get((name, WAITING), 0),
            numbers.get((name, DEAD), 0),
            min(filter(None, (_oldest_untried(name), retrying.get(name))), default=None),
            rates.get(name, 0),
        )
        for name in EventCenter.subscribers
    ]


def _rates() -> dict[str, int]:
    newest = select(func.coalesce(func.max(Change.id), 0) - LATEST).scalar_subquery()
    statement = (
        select(Delivery.subscriber, func.count())
        .where(Delivery.change_id > newest, Delivery.state == DONE, Delivery.updated_at > utcnow() - RATE_OVER)
        .group_by(Delivery.subscriber)
    )
    return {name: number for name, number in db.session.execute(statement)}


def _oldest_retrying() -> dict[str, datetime]:
    statement = (
        select(Delivery.subscriber, func.min(Change.created_at))
        .join(Change, Change.id == Delivery.change_id)
        .where(Delivery.state == WAITING)
        .group_by(Delivery.subscriber)
    )
    return {name: oldest for name, oldest in db.session.execute(statement)}


def _oldest_untried(name: str) -> datetime | None:
    subscriber = EventCenter.subscribers[name]
    dealt = select(Delivery.change_id).where(Delivery.change_id == Change.id, Delivery.subscriber == name)
    statement = select(func.min(Change.created_at))
    statement = statement.where(Change.settled_at.is_(None), heard_by(subscriber), ~dealt.exists())
    return db.session.scalar(statement)


def feed(subscriber: str, since: datetime) -> int:
    """Owe a subscriber every change since then that it hears and never had: a new one learns its history.

    Returns how many; the relay sends them within a moment, in messages of 500. Raises ValueError for an unknown name.
    """
    if subscriber not in EventCenter.subscribers:
        raise ValueError(f"there is no subscriber {subscriber!r}; there are: {', '.join(EventCenter.subscribers)}")
    had = select(Delivery.change_id).where(Delivery.change_id == Change.id, Delivery.subscriber == subscriber)
    wanted = select(Change.id).where(
        Change.created_at >= since, heard_by(EventCenter.subscribers[subscriber]), ~had.exists()
    )
    total, last = 0, 0
    while True:
        with transaction() as session:
            ids = session.scalars(wanted.where(Change.id > last).order_by(Change.id).limit(FEED_CHUNK)).all()
            session.execute(update(Change).where(Change.id.in_(ids)).values(settled_at=None, due_at=utcnow()))
        if not ids:
            return total
        total, last = total + len(ids), ids[-1]

"""The ledger: one row says that a subscriber has dealt with a change, or is still trying, or has given up."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Owned, db, intpk, utcnow

DONE, WAITING, DEAD, DISCARDED = "done", "waiting", "dead", "discarded"


class Delivery(db.Model):
    """What became of one change at one subscriber; no row means that it is still owed."""

    __tablename__ = "deliveries"

    change_id: Mapped[int] = mapped_column(BigId, ForeignKey("changes.id", ondelete="CASCADE"), primary_key=True)
    subscriber: Mapped[str] = mapped_column(String(50), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=DONE)
    attempts: Mapped[int] = mapped_column(default=1)
    error: Mapped[str | None] = mapped_column(Text)
    traceback: Mapped[str | None] = mapped_column(Text)
    next_attempt_at: Mapped[datetime | None]
    """When a waiting delivery may be tried again."""
    resend_at: Mapped[datetime | None]
    """When the relay sends a waiting delivery to its queue, if nobody has tried it by then."""
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)


Index(
    "ix_deliveries_resend_at_waiting",
    Delivery.resend_at,
    postgresql_where=Delivery.state == WAITING,
    sqlite_where=Delivery.state == WAITING,
)
Index(
    "ix_deliveries_subscriber_dead",
    Delivery.subscriber,
    Delivery.updated_at,
    postgresql_where=Delivery.state == DEAD,
    sqlite_where=Delivery.state == DEAD,
)


class Discard(Owned, db.Model):
    """Somebody gave up a dead delivery: why, and what the error had been."""

    __tablename__ = "discards"

    id: Mapped[intpk]
    change_id: Mapped[int] = mapped_column(BigId)
    subscriber: Mapped[str] = mapped_column(String(50))
    error: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

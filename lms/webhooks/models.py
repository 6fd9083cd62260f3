"""Endpoints, what is to be told to them, and what they answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk, utcnow

WAITING, CLAIMED, SENT, FAILED = "waiting", "claimed", "sent", "failed"
GONE, FAILING = "gone", "failing"
"""Why an endpoint was switched off by the system: it said 410 Gone, or did nothing but fail for days."""


class WebhookEndpoint(Owned, Stamped, db.Model):
    """Where an organization wants to be told what changes, and of what."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[intpk]
    title: Mapped[Title]
    description: Mapped[str] = mapped_column(String(1000), default="")
    url: Mapped[str] = mapped_column(String(2000))
    types: Mapped[list[str]] = mapped_column(Json)
    """Kinds of objects it hears of; none chosen means all."""
    actions: Mapped[list[str]] = mapped_column(Json)
    """created, updated, deleted; none chosen means all."""
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_because: Mapped[str | None] = mapped_column(String(20))
    """Why the system switched it off, if it did."""
    secret: Mapped[str] = mapped_column(String(120), info={"secret": True})
    """Kept as it is, because every message is signed with it."""
    old_secret: Mapped[str | None] = mapped_column(String(120), info={"secret": True})
    """The one before, which signs as well until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Attempts that failed since the last one that did not."""
    failing_since: Mapped[datetime | None]
    rest_until: Mapped[datetime | None]
    """Nothing is sent before: it could not be reached, or asked for a pause."""
    claimed_at: Mapped[datetime | None]
    """When a worker last took some of its messages: who waited longest comes first."""
    last_success_at: Mapped[datetime | None]
    """To the minute, so that not every message is two writes."""

    def secrets_at(self, now: datetime) -> list[str]:
        """Those that sign at this moment, the new one first."""
        is_overlap = self.old_secret is not None and self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, self.old_secret] if is_overlap and self.old_secret else [self.secret]


class WebhookMessage(Owned, db.Model):
    """One change to be told to one endpoint: claimed, sent, marked. Its body stays the same over all attempts."""

    __tablename__ = "webhook_messages"
    __table_args__ = (UniqueConstraint("endpoint_id", "change_id"),)

    id: Mapped[intpk]
    endpoint_id: Mapped[int] = mapped_column(BigId, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    change_id: Mapped[int | None] = mapped_column(BigId)
    """None for a test."""
    uid: Mapped[str] = mapped_column(String(64))
    """The header webhook-id and the CloudEvent's id: by it a receiver knows a repeat."""
    type: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80), default="")
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    """In this round; sending again begins a new one."""
    status: Mapped[int | None]
    """What the last answer said."""
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When to send it, or, once claimed, when somebody else may take it over; None when it is settled."""
    sent_at: Mapped[datetime | None]

    endpoint: Mapped[WebhookEndpoint] = relationship()


Index("ix_webhook_messages_endpoint_id_id", WebhookMessage.endpoint_id, WebhookMessage.id)
Index(
    "ix_webhook_messages_endpoint_id_due_at_unsettled",
    WebhookMessage.endpoint_id,
    WebhookMessage.due_at,
    WebhookMessage.id,
    postgresql_where=WebhookMessage.due_at.is_not(None),
    sqlite_where=WebhookMessage.due_at.is_not(None),
)


class WebhookAttempt(db.Model):
    """One request and its answer, as far as it is kept."""

    __tablename__ = "webhook_attempts"

    id: Mapped[intpk]
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("webhook_messages.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    url: Mapped[str] = mapped_column(String(2000))
    request_headers: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(Json)
    """Of the answer, the first of them."""
    body: Mapped[str] = mapped_column(Text, default="")
    """The first part of the answer."""
    error: Mapped[str | None] = mapped_column(Text)
    milliseconds: Mapped[int]

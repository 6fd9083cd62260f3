"""The in-app inbox, what people want to hear, and the mails that are to be sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.db import BigId, Json, Owned, db, intpk, utcnow

MAIL, IN_APP, OFF = "mail", "in_app", "off"
"""What somebody wants of a kind: a mail and a note in the inbox, only the note, or nothing."""

WAITING, CLAIMED, SENT, FAILED, SUPPRESSED = "waiting", "claimed", "sent", "failed", "suppressed"
"""Suppressed: not sent, because the person was deactivated in the meantime."""


class Notification(Owned, db.Model):
    """A note in somebody's inbox."""

    __tablename__ = "notifications"
    __table_args__ = (UniqueConstraint("change_id", "user_id"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    change_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    read_at: Mapped[datetime | None]


Index("ix_notifications_user_id_change_id", Notification.user_id, Notification.change_id)
Index(
    "ix_notifications_user_id_unread",
    Notification.user_id,
    postgresql_where=Notification.read_at.is_(None),
    sqlite_where=Notification.read_at.is_(None),
)


class Preference(Owned, db.Model):
    """Somebody's choice for one kind, where it differs from the default, a mail."""

    __tablename__ = "notification_preferences"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(10))


class Mail(Owned, db.Model):
    """One mail to one person: claimed, sent, marked. Its text is made when it is sent, so no token is ever stored."""

    __tablename__ = "mails"
    __table_args__ = (UniqueConstraint("change_id", "user_id"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    change_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When to send it, or, once claimed, when somebody else may take it over; None when it is settled."""
    sent_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


Index(
    "ix_mails_due_at_unsettled",
    Mail.due_at,
    postgresql_where=Mail.due_at.is_not(None),
    sqlite_where=Mail.due_at.is_not(None),
)

"""The in-app inbox, the mails that are to be sent, and mailings: one change that concerns very many people."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.db import BigId, Json, Owned, db, intpk, utcnow

WAITING, CLAIMED, SENT, FAILED, SUPPRESSED, JOINED, HELD = (
    "waiting", "claimed", "sent", "failed", "suppressed", "joined", "held",
)  # fmt: skip
"""Suppressed: not sent on purpose, `reason` says why. Joined: part of the mail `carrier_id`, which lists several.
Held: its mailing was stopped."""

LEFT, AWAY, SWITCHED_OFF, HARD_BOUNCE, COMPLAINT = "left", "away", "switched_off", "hard_bounce", "complaint"
"""Why a mail is suppressed."""


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


class Mailing(Owned, db.Model):
    """One change that concerns very many people; its rows are written in chunks, in the order of the people's ids."""

    __tablename__ = "mailings"

    id: Mapped[intpk]
    change_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    total: Mapped[int]
    """People it concerns; some of them may not want to hear of it."""
    written: Mapped[int] = mapped_column(default=0)
    """People whose rows stand."""
    last_user_id: Mapped[int] = mapped_column(BigId, default=0)
    """Up to which person the rows stand."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    written_at: Mapped[datetime | None]
    """When all rows stood."""
    stopped_at: Mapped[datetime | None]


Index(
    "ix_mailings_unwritten",
    Mailing.id,
    postgresql_where=Mailing.written_at.is_(None),
    sqlite_where=Mailing.written_at.is_(None),
)


class MailingRecipient(db.Model):
    """Whom a mailing concerns; kept until their rows stand."""

    __tablename__ = "mailing_recipients"

    mailing_id: Mapped[int] = mapped_column(BigId, ForeignKey("mailings.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, primary_key=True)


class Mail(Owned, db.Model):
    """One mail to one person: claimed, sent, marked. Its text is made when it is sent, so no token is ever stored."""

    __tablename__ = "mails"
    __table_args__ = (UniqueConstraint("change_id", "user_id"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    change_id: Mapped[int | None] = mapped_column(BigId)
    mailing_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mailings.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    bundle: Mapped[str | None] = mapped_column(String(40))
    """What waits for one person under the same word becomes one mail: `daily`, `weekly`, `course/7`."""
    carrier_id: Mapped[int | None] = mapped_column(BigId)
    """The mail that tells this one too."""
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    reason: Mapped[str | None] = mapped_column(String(20))
    """Why it is suppressed."""
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(254))
    """Where it went, once it is sent."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When to send it, or, once claimed, when somebody else may take it over; None when it is settled."""
    sent_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


Index(
    "ix_mails_due_at_id_unsettled",
    Mail.due_at,
    Mail.id,
    postgresql_where=Mail.due_at.is_not(None),
    sqlite_where=Mail.due_at.is_not(None),
)
Index(
    "ix_mails_bundle_unsettled",
    Mail.user_id,
    Mail.bundle,
    postgresql_where=Mail.due_at.is_not(None) & Mail.bundle.is_not(None),
    sqlite_where=Mail.due_at.is_not(None) & Mail.bundle.is_not(None),
)
Index(
    "ix_mails_carrier_id_joined",
    Mail.carrier_id,
    postgresql_where=Mail.carrier_id.is_not(None),
    sqlite_where=Mail.carrier_id.is_not(None),
)
Index("ix_mails_organization_id_id", Mail.organization_id, Mail.id)


class Pace(db.Model):
    """One row: until when the mails already claimed use up the rate that the installation may send at."""

    __tablename__ = "mail_pace"

    id: Mapped[intpk]
    free_at: Mapped[datetime]

"""What was told about qualifications that expire, to whom, once; and how an organization wants it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Json, Owned, Stamped, db, intpk, utcnow

THRESHOLDS = [90, 60, 30, 7]
"""Days before the last valid day, unless the organization wants others."""

EXPIRING, TEAM_EXPIRING, TEAM_SUMMARY, ASKED = "expiring", "team_expiring", "team_summary", "asked_to_renew"


class ReminderPlan(Owned, Stamped, db.Model):
    """When an organization reminds; without a row as the defaults say."""

    __tablename__ = "reminder_plans"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    days: Mapped[list[Any]] = mapped_column(Json, default=lambda: list(THRESHOLDS))
    to_managers: Mapped[bool] = mapped_column(default=True)
    weekly: Mapped[bool] = mapped_column(default=True)
    weekday: Mapped[int] = mapped_column(default=0)
    """Of the weekly summary: 0 is Monday."""


class ReminderRun(db.Model):
    """The last day on which all reminders of an organization were written; a run that was killed is not noted."""

    __tablename__ = "reminder_runs"

    organization_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[date]


class ReminderLetter(Owned, db.Model):
    """One thing one person is told; the subscriber `reminders` hears of it and writes the note and the mail."""

    __tablename__ = "reminder_letters"
    __table_args__ = (UniqueConstraint("user_id", "kind", "occasion"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    occasion: Mapped[str | None] = mapped_column(String(60))
    """What there is only one letter for: a week, or a day and a qualification."""
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class ExpiryReminder(db.Model):
    """This person was told that this holding has at most so many days left. Its key is what keeps it to once."""

    __tablename__ = "expiry_reminders"
    __table_args__ = (UniqueConstraint("holding_id", "valid_until", "days", "user_id"),)

    id: Mapped[intpk]
    holding_id: Mapped[int] = mapped_column(BigId, ForeignKey("holdings.id", ondelete="CASCADE"))
    valid_until: Mapped[date]
    """The last valid day as it was; when somebody moves it, there is something new to be told."""
    days: Mapped[int]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)

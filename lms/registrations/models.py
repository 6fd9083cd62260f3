"""Who comes to an event, who was there, and the private calendars."""

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.classroom import Event, Session
from lms.db import BigId, Owned, Stamped, db, intpk

REQUESTED, REGISTERED, WAITING, CANCELLED, DECLINED = "requested", "registered", "waiting", "cancelled", "declined"
ATTENDED, PARTLY, ABSENT, NO_SHOW = "attended", "partly", "absent", "no_show"
"""What a registration ends as when its event is closed; absent is with a reason, no-show without."""
LATE, PART = "late", "part"

OPEN = (REQUESTED, REGISTERED, WAITING)
"""Can still be cancelled."""
PLACED = (REGISTERED, ATTENDED, PARTLY, ABSENT, NO_SHOW)
"""Has or had one of the places."""
MARKS = (ATTENDED, LATE, PART, ABSENT)
"""What can be said of one person at one session."""


class Registration(Owned, Stamped, db.Model):
    """One person and one event. Cancelled and registered again, it is the same row with a new number."""

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("event_id", "user_id"),)

    id: Mapped[intpk]
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    """Grows with the order in which people came; the waiting list is in its order."""
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was cancelled, declined, or let in past the order."""
    by_id: Mapped[int | None] = mapped_column(BigId)
    """Who did the latest of it."""
    source: Mapped[str] = mapped_column(String(10))
    """self, manager, planner, rule or api."""

    event: Mapped[Event] = relationship()
    user: Mapped[User] = relationship()


Index("ix_registrations_event_id_state_number", Registration.event_id, Registration.state, Registration.number)


class Attendance(Owned, Stamped, db.Model):
    """Whether somebody was at a session: attended, late, part or absent."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("session_id", "registration_id"),)

    id: Mapped[intpk]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("sessions.id", ondelete="RESTRICT"))
    registration_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("registrations.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(String(10), default="sheet")
    """sheet, or code: checked in with the code on the wall."""
    at: Mapped[datetime]

    session: Mapped[Session] = relationship()


class CalendarFeed(Owned, Stamped, db.Model):
    """The private address under which somebody's own calendar follows theirs here."""

    __tablename__ = "calendar_feeds"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    token: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_urlsafe(32), info={"secret": True}
    )
    renewed_at: Mapped[datetime]

    user: Mapped[User] = relationship()

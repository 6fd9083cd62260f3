"""Classroom training: events, their sessions, rooms and instructors."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk
from lms.media import MediaFile

PLANNED, CANCELLED, CLOSED = "planned", "cancelled", "closed"
"""Closed: it is over, its attendance is settled and its results are written."""


class Room(Owned, Stamped, db.Model):
    """Where sessions take place. `capacity` is the number of seats, None where nobody counted."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("organization_id", "site", "name"),)

    id: Mapped[intpk]
    name: Mapped[Title]
    site: Mapped[Title] = mapped_column(default="")
    capacity: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def label(self) -> str:
        """Its name with its site."""
        return f"{self.name}, {self.site}" if self.site else self.name


class Event(Owned, Stamped, db.Model):
    """A classroom event: what, for how many, from when to when one may register. When and where is its sessions'."""

    __tablename__ = "events"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[intpk]
    title: Mapped[Title]
    location: Mapped[Title] = mapped_column(default="")
    """The places of its sessions, kept up to date."""
    description: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    """When its first session starts, kept up to date; so is `ends_at`, the end of the last."""
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(50), default="Europe/Amsterdam")
    status: Mapped[str] = mapped_column(String(10), default=PLANNED)
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was cancelled."""
    capacity: Mapped[int | None]
    """Places; None is no limit."""
    minimum: Mapped[int] = mapped_column(default=0)
    """With fewer people it had better not take place; a planner decides."""
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    cancel_until: Mapped[datetime | None]
    """Until when people may give up their place by themselves; None is until it starts."""
    cost_centre: Mapped[str] = mapped_column(String(50), default="")
    approval: Mapped[bool] = mapped_column(default=False)
    """Whether a manager or planner has to agree first."""
    part_passes: Mapped[bool] = mapped_column(default=False)
    """Whether somebody who attended only part of it has passed."""
    prerequisites: Mapped[list[str]] = mapped_column(Json, default=list)
    """What somebody must have, as "kind:id"; see `registrations.PREREQUISITES`."""
    series_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The id of the first event of the series."""

    sessions: Mapped[list["Session"]] = relationship(
        order_by="Session.starts_at, Session.id", cascade="all, delete-orphan", back_populates="event"
    )

    @property
    def active_sessions(self) -> list["Session"]:
        """Those that take place, in their order."""
        return [session for session in self.sessions if session.cancelled_at is None]


Index("ix_events_organization_id_starts_at", Event.organization_id, Event.starts_at)


class Session(Owned, Stamped, db.Model):
    """One meeting of an event: from when to when, in which zone, where, by whom."""

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[intpk]
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(50))
    room_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("rooms.id", ondelete="RESTRICT"), index=True)
    location: Mapped[Title] = mapped_column(default="")
    """Where, if it is in none of the rooms, or what to know about the place."""
    link: Mapped[str] = mapped_column(String(500), default="")
    """Where to join it online."""
    cancelled_at: Mapped[datetime | None]
    uid: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(16), unique=True)
    """What calendars know it by, for ever (RFC 5545, 3.8.4.7)."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Grows when it is moved or cancelled (RFC 5545, 3.8.7.4)."""
    secret: Mapped[str] = mapped_column(
        String(64), default=lambda: secrets.token_hex(32), info={"secret": True}
    )
    """Key of the codes that people check in with."""

    event: Mapped[Event] = relationship(back_populates="sessions")
    room: Mapped[Room | None] = relationship()
    instructors: Mapped[list[User]] = relationship(
        secondary="session_instructors", order_by="User.name, User.id", viewonly=True
    )

    @property
    def place(self) -> str:
        """Room, other place, or that it is online."""
        places = [self.room.label] if self.room else []
        places += [self.location] if self.location else []
        return ", ".join(places) or ("Online" if self.link else "")

    @property
    def takes_place(self) -> bool:
        """Whether neither it nor its event is cancelled."""
        return self.cancelled_at is None and self.event.status != CANCELLED


Index("ix_sessions_organization_id_starts_at", Session.organization_id, Session.starts_at)


class SessionInstructor(Owned, Stamped, db.Model):
    """Somebody who gives a session."""

    __tablename__ = "session_instructors"
    __table_args__ = (UniqueConstraint("session_id", "user_id"),)

    id: Mapped[intpk]
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("sessions.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)


class EventFile(Owned, Stamped, db.Model):
    """A file that belongs to an event; copies of an event have rows of their own for the same file."""

    __tablename__ = "event_files"
    __table_args__ = (UniqueConstraint("event_id", "file_id"),)

    id: Mapped[intpk]
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("media_files.id", ondelete="RESTRICT"), index=True)
    title: Mapped[Title]

    event: Mapped[Event] = relationship()
    file: Mapped[MediaFile] = relationship()


class EventTemplate(Owned, Stamped, db.Model):
    """What events of one kind have in common."""

    __tablename__ = "event_templates"
    __table_args__ = (UniqueConstraint("organization_id", "title"),)

    id: Mapped[intpk]
    title: Mapped[Title]
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    """What an event starts with: its fields, and `minutes`, how long it takes."""

"""Classroom training."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Owned, Stamped, Title, db, intpk


class Event(Owned, Stamped, db.Model):
    """A classroom event: what, when, where."""

    __tablename__ = "events"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[intpk]
    title: Mapped[Title]
    location: Mapped[Title] = mapped_column(default="")
    description: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

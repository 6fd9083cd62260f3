"""How things stand: today's status, every stretch of time with what was known when, and counts.

Ids of holdings, requirements and exemptions are plain numbers here: these tables are written by the thousand, and
what they point to is never removed while the person and the qualification are there.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.compliance.models.qualifications import Qualification
from lms.db import BigId, Json, Owned, db, intpk, utcnow


class Status(Owned, db.Model):
    """How one person stands for one qualification today. No row: neither required nor held.

    `department_id` and `job_function_id` are the person's when it was counted.
    """

    __tablename__ = "statuses"
    __table_args__ = (
        UniqueConstraint("user_id", "qualification_id"),
        Index("ix_statuses_next_change_on", "next_change_on"),
        Index("ix_statuses_valid_until", "valid_until"),
        Index("ix_statuses_qualification_id_state", "qualification_id", "state"),
    )

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    qualification_id: Mapped[int] = mapped_column(BigId, ForeignKey("qualifications.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    """First day of this state."""
    valid_until: Mapped[date | None]
    due_on: Mapped[date | None]
    """The last day to act: of validity, of grace, or of the time to comply."""
    required_since: Mapped[date | None]
    requirement_id: Mapped[int | None] = mapped_column(BigId)
    holding_id: Mapped[int | None] = mapped_column(BigId)
    exemption_id: Mapped[int | None] = mapped_column(BigId)
    next_change_on: Mapped[date | None]
    """The day on which the state becomes another one if nobody does anything."""
    department_id: Mapped[int | None] = mapped_column(BigId)
    job_function_id: Mapped[int | None] = mapped_column(BigId)

    user: Mapped[User] = relationship()
    qualification: Mapped[Qualification] = relationship()


class StatusPeriod(db.Model):
    """A state from `from_on` to `until_on` (its last day; None: nothing will change it), as it was known from
    `recorded_at` until `replaced_at`; None is what is known now. Rows are only added, and ended once.
    """

    __tablename__ = "status_periods"
    __table_args__ = (
        Index("ix_status_periods_user_id_qualification_id", "user_id", "qualification_id"),
        Index("ix_status_periods_organization_id_from_on", "organization_id", "from_on"),
    )

    id: Mapped[intpk]
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    qualification_id: Mapped[int] = mapped_column(BigId, ForeignKey("qualifications.id", ondelete="CASCADE"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
    valid_until: Mapped[date | None]
    due_on: Mapped[date | None]
    required_since: Mapped[date | None]
    requirement_id: Mapped[int | None] = mapped_column(BigId)
    holding_id: Mapped[int | None] = mapped_column(BigId)
    exemption_id: Mapped[int | None] = mapped_column(BigId)
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)
    replaced_at: Mapped[datetime | None]


class Tally(db.Model):
    """How many people are in a state today, per qualification, in the organization (target 0), in each department
    itself, and in each job function (0: in none); for those two also with qualification 0, all together. Kept by
    differences, in the transaction that changes the status."""

    __tablename__ = "tallies"

    organization_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    qualification_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class DailyTally(db.Model):
    """The tallies at the end of a day; `qualification_id` 0 is all together (departments and job functions)."""

    __tablename__ = "daily_tallies"

    organization_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    qualification_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]


class Sweep(Owned, db.Model):
    """Many people to be worked out again, a chunk at a time: `after_user_id` is how far it has come."""

    __tablename__ = "sweeps"

    id: Mapped[intpk]
    qualification_ids: Mapped[list[Any] | None] = mapped_column(Json)
    """None is all of them."""
    whom: Mapped[dict[str, Any]]
    """Narrows the people down: department_ids, job_function_id, user_id, qualification_id (who has a status in it)."""
    after_user_id: Mapped[int] = mapped_column(BigId, default=0)
    done: Mapped[int] = mapped_column(default=0)
    """People dealt with."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(index=True)

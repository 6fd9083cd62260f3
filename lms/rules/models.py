"""Who is in a course because of what they are, and who was reminded of what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses import Course, Enrollment
from lms.db import BigId, Json, Owned, Stamped, db, intpk, utcnow

DUE_SOON, OVERDUE, ESCALATION = "due_soon", "overdue", "escalation"
"""Kinds of reminders, which are also those of the notifications."""


class Rule(Owned, Stamped, db.Model):
    """Who is to be enrolled in a course: people of one kind, with what the kind needs to know in `params`."""

    __tablename__ = "rules"

    id: Mapped[intpk]
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    due_on: Mapped[date | None] = mapped_column(Date)
    """One date for everybody, or"""
    due_days: Mapped[int | None]
    """so many days after somebody was enrolled."""
    removes: Mapped[bool] = mapped_column(default=False)
    """Takes out whom it enrolled and who no longer matches, unless they have results."""
    due_changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    stale_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """Since when everybody is to be looked at again; None when enrollments are as the rule says."""

    course: Mapped[Course] = relationship()


Index("ix_rules_stale", Rule.id, postgresql_where=Rule.stale_at.is_not(None), sqlite_where=Rule.stale_at.is_not(None))


class RuleEnrollment(db.Model):
    """The rule says that this person is to be in the course; `made` if the rule enrolled them."""

    __tablename__ = "rule_enrollments"

    rule_id: Mapped[int] = mapped_column(BigId, ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    made: Mapped[bool]
    since: Mapped[datetime] = mapped_column(default=utcnow)
    due_set_at: Mapped[datetime] = mapped_column(default=utcnow)

    rule: Mapped[Rule] = relationship()


class DueReminder(Owned, db.Model):
    """Somebody was reminded of a due date, or their managers told; once each, however often the job runs."""

    __tablename__ = "due_reminders"
    __table_args__ = (UniqueConstraint("enrollment_id", "due_on", "kind", "days"),)

    id: Mapped[intpk]
    enrollment_id: Mapped[int] = mapped_column(BigId, ForeignKey("enrollments.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(BigId)
    user_id: Mapped[int] = mapped_column(BigId)
    due_on: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(20))
    days: Mapped[int]
    """How many days before the due date, or after it."""
    told: Mapped[list[int]] = mapped_column(Json)
    """Ids of those who are told."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    enrollment: Mapped[Enrollment] = relationship()


class DuePlan(Owned, db.Model):
    """An organization's days for reminders, where it chose any."""

    __tablename__ = "due_plans"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    before: Mapped[list[int]] = mapped_column(Json)
    after: Mapped[list[int]] = mapped_column(Json)
    escalate: Mapped[list[int]] = mapped_column(Json)

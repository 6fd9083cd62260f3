"""Attempts of learners on contents, and what they answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.content import ContentVersion
from lms.courses import Course, Enrollment, Subject
from lms.db import BigId, Json, Owned, Stamped, db, intpk


class Attempt(Owned, Stamped, db.Model):
    """One go of a learner at a subject's content, on one version of it."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("enrollment_id", "subject_id", "number"),)

    id: Mapped[intpk]
    enrollment_id: Mapped[int] = mapped_column(BigId, ForeignKey("enrollments.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(BigId, ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("content_versions.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int]
    """From 1, per enrollment and subject."""
    seed: Mapped[int]
    """What the order of options and the draw come from: the same each time this attempt is shown."""
    questions: Mapped[list[Any]] = mapped_column(Json, default=list)
    """What is asked: `key`, `id` of the question version, `page` (from 0) and `points`, in order."""
    started_at: Mapped[datetime]
    deadline: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    page: Mapped[int] = mapped_column(default=0)
    """Where the learner is, from 0."""
    seconds: Mapped[int] = mapped_column(default=0)
    """Time with the page open in front."""
    points: Mapped[float | None]
    of: Mapped[float | None]
    score: Mapped[int | None]
    """Percentage of the points, rounded down; None while under way and where nothing was asked."""
    passed: Mapped[bool | None]

    enrollment: Mapped[Enrollment] = relationship()
    subject: Mapped[Subject] = relationship()
    course: Mapped[Course] = relationship()
    user: Mapped[User] = relationship()
    version: Mapped[ContentVersion] = relationship()


Index(
    "ix_attempts_deadline_open",
    Attempt.deadline,
    postgresql_where=Attempt.finished_at.is_(None),
    sqlite_where=Attempt.finished_at.is_(None),
)


class Answer(Owned, db.Model):
    """What was answered to one question of an attempt, and what it is worth."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("attempt_id", "key"),)

    id: Mapped[intpk]
    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("attempts.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    """Which question of the attempt."""
    question_version_id: Mapped[int] = mapped_column(BigId, index=True)
    answer: Mapped[Any] = mapped_column(Json, nullable=False)
    points: Mapped[float]
    of: Mapped[float]
    client_ids: Mapped[list[str]]
    """The names the browser gave to what it sent: what comes a second time changes nothing."""
    answered_at: Mapped[datetime]

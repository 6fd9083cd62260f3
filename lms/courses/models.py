"""Courses, their subjects, and who is enrolled."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.classroom import Event
from lms.content import Content
from lms.db import BigId, Owned, Stamped, Title, db, intpk

DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"


class Course(Owned, Stamped, db.Model):
    """An ordered list of subjects that people enroll in."""

    __tablename__ = "courses"

    id: Mapped[intpk]
    title: Mapped[Title]
    summary: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(10), default=DRAFT, index=True)
    self_enrollment: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]

    subjects: Mapped[list["Subject"]] = relationship(
        order_by="Subject.position, Subject.id", cascade="all, delete-orphan", back_populates="course"
    )


class Subject(Owned, Stamped, db.Model):
    """One step of a course: it points to a content or to an event."""

    __tablename__ = "subjects"
    __table_args__ = (CheckConstraint("(content_id IS NULL) <> (event_id IS NULL)", name="content_or_event"),)

    id: Mapped[intpk]
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[Title]
    content_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contents.id", ondelete="RESTRICT"), index=True)
    event_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("events.id", ondelete="RESTRICT"), index=True)

    course: Mapped[Course] = relationship(back_populates="subjects")
    content: Mapped[Content | None] = relationship()
    event: Mapped[Event | None] = relationship()


class Enrollment(Owned, Stamped, db.Model):
    """A user in a course. A renewal is a new round, an enrollment of its own; earlier rounds stay as they were."""

    __tablename__ = "enrollments"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "round"),)

    id: Mapped[intpk]
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    enrolled_by_id: Mapped[int | None] = mapped_column(BigId)
    completed_at: Mapped[datetime | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    """Until when, that day included, the person should be done."""

    course: Mapped[Course] = relationship()
    user: Mapped[User] = relationship()


Index(
    "ix_enrollments_due_on_open",
    Enrollment.due_on,
    postgresql_where=Enrollment.completed_at.is_(None),
    sqlite_where=Enrollment.completed_at.is_(None),
)

"""What came of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.courses import Course, Enrollment, Subject
from lms.db import BigId, Owned, Stamped, db, intpk


class Result(Owned, Stamped, db.Model):
    """Outcome of one user on one subject. `score` is a percentage, None where nothing was scored."""

    __tablename__ = "results"
    __table_args__ = (UniqueConstraint("enrollment_id", "subject_id"),)

    id: Mapped[intpk]
    enrollment_id: Mapped[int] = mapped_column(BigId, ForeignKey("enrollments.id", ondelete="RESTRICT"))
    subject_id: Mapped[int] = mapped_column(BigId, ForeignKey("subjects.id", ondelete="RESTRICT"), index=True)
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    score: Mapped[int | None]
    passed: Mapped[bool]
    finished_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(20))
    """Where it came from: learner (pressed done), instructor (attended), quiz, package, import and so on."""
    seconds: Mapped[int | None]
    """Time spent, where it was measured."""
    version: Mapped[int | None]
    """Which version of the content it was achieved on."""

    user: Mapped[User] = relationship()
    course: Mapped[Course] = relationship()
    enrollment: Mapped[Enrollment] = relationship()
    subject: Mapped[Subject] = relationship()

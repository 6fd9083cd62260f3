"""What learners did in packages, as the packages report it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.courses import Enrollment, Subject
from lms.db import BigId, Json, Owned, Stamped, db, intpk, utcnow
from lms.packages import Package, PackageUnit


class PackageAttempt(Owned, Stamped, db.Model):
    """One go of a learner at a package. Beginning anew makes another; the best result counts."""

    __tablename__ = "package_attempts"
    __table_args__ = (UniqueConstraint("enrollment_id", "subject_id", "number"),)

    id: Mapped[intpk]
    enrollment_id: Mapped[int] = mapped_column(BigId, ForeignKey("enrollments.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(BigId, ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    package_id: Mapped[int] = mapped_column(BigId, ForeignKey("packages.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """From 1, per enrollment and subject."""
    registration: Mapped[str] = mapped_column(String(36), unique=True)
    """As cmi5 and xAPI call it: a UUID."""
    finished_at: Mapped[datetime | None]
    """When every unit was done for the first time."""
    passed: Mapped[bool | None]
    score: Mapped[int | None]
    """Percentage; None where no unit has one."""
    seconds: Mapped[int] = mapped_column(default=0)
    """Time spent, as the units report it."""

    user: Mapped[User] = relationship()
    enrollment: Mapped[Enrollment] = relationship()
    subject: Mapped[Subject] = relationship()
    package: Mapped[Package] = relationship()


class UnitAttempt(Owned, Stamped, db.Model):
    """What one unit has reported in an attempt. Columns are read out of `data`, which is kept as it came."""

    __tablename__ = "package_unit_attempts"
    __table_args__ = (UniqueConstraint("attempt_id", "unit_id"),)

    id: Mapped[intpk]
    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("package_attempts.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(BigId, ForeignKey("package_units.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The whole SCORM data model, or what the statements of cmi5 came to."""
    done: Mapped[bool] = mapped_column(default=False)
    passed: Mapped[bool | None]
    score: Mapped[float | None]
    """Percentage."""
    progress: Mapped[int | None]
    """Percentage, where the unit tells."""
    seconds: Mapped[float] = mapped_column(default=0)
    suspended: Mapped[bool] = mapped_column(default=False)
    """Whether it is to go on where it was left."""
    spoke: Mapped[bool] = mapped_column(default=False)
    """Whether the unit has ever reported anything."""
    launched_at: Mapped[datetime] = mapped_column(default=utcnow)
    reported_at: Mapped[datetime | None]

    attempt: Mapped[PackageAttempt] = relationship()
    unit: Mapped[PackageUnit] = relationship()


class Launch(Owned, db.Model):
    """One opening of a unit: who holds its token may read the package's files and report for this unit, no more."""

    __tablename__ = "package_launches"

    id: Mapped[intpk]
    unit_attempt_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("package_unit_attempts.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info={"secret": True})
    session: Mapped[str] = mapped_column(String(36), unique=True)
    """cmi5's session id."""
    seconds_before: Mapped[float] = mapped_column(default=0)
    """Time spent in earlier sessions."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Number of the last report taken, so that one that comes late changes nothing."""
    auth_hash: Mapped[str | None] = mapped_column(String(64), unique=True, info={"secret": True})
    """Of the token that the fetch address of cmi5 gave, once."""
    initialized_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When the content finished, or another launch took its place."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]

    unit_attempt: Mapped[UnitAttempt] = relationship()


class Statement(Owned, db.Model):
    """An xAPI statement, as it came and with what the LMS has added."""

    __tablename__ = "package_statements"
    __table_args__ = (
        UniqueConstraint("attempt_id", "statement_id"),
        Index("ix_package_statements_attempt_id_stored_at", "attempt_id", "stored_at"),
    )

    id: Mapped[intpk]
    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("package_attempts.id", ondelete="CASCADE"))
    launch_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("package_launches.id", ondelete="CASCADE"), index=True
    )
    statement_id: Mapped[str] = mapped_column(String(36))
    verb: Mapped[str] = mapped_column(Text)
    activity: Mapped[str] = mapped_column(Text)
    """The object's id, where it is an activity."""
    is_cmi5: Mapped[bool] = mapped_column(default=False)
    voided: Mapped[bool] = mapped_column(default=False)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    stored_at: Mapped[datetime] = mapped_column(default=utcnow)


class Document(Owned, Stamped, db.Model):
    """What content keeps through the state and profile resources of xAPI; small, so it may be in the database."""

    __tablename__ = "package_documents"
    __table_args__ = (
        UniqueConstraint(
            "user_id", "resource", "activity_hash", "registration", "document_id", name="uq_package_documents_key"
        ),
    )

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    resource: Mapped[str] = mapped_column(String(10))
    """state, activity or agent."""
    activity_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the activity's id, which may be long; empty for an agent's profile."""
    registration: Mapped[str] = mapped_column(String(36), default="")
    document_id: Mapped[str] = mapped_column(String(500))
    content_type: Mapped[str] = mapped_column(String(200))
    etag: Mapped[str] = mapped_column(String(40))
    body: Mapped[bytes] = mapped_column(LargeBinary, info={"secret": True})

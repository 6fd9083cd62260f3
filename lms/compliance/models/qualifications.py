"""What can be held, how it is obtained and how long it is valid."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, quoted_name
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.compliance.periods import Period
from lms.compliance.validity import FOREVER, Rule
from lms.courses import Course
from lms.db import BigId, Owned, Stamped, Title, db, intpk

FIRST, RENEWAL = PATHS = ("first", "renewal")


class Qualification(Owned, Stamped, db.Model):
    """What a person may hold. Periods are kept as people say them, such as "12 months"; empty is none."""

    __tablename__ = "qualifications"
    __table_args__ = (
        UniqueConstraint("organization_id", "title"),
        UniqueConstraint("organization_id", "external_id"),
    )

    id: Mapped[intpk]
    title: Mapped[Title]
    external_id: Mapped[str | None] = mapped_column(String(50))
    """What another system calls it."""
    description: Mapped[str] = mapped_column(Text, default="")
    counting: Mapped[str] = mapped_column(String(20), default=FOREVER)
    """In which way the last valid day is counted; see `lms.compliance.validity`."""
    period: Mapped[str] = mapped_column(String(20), default="")
    base_on: Mapped[date | None]
    minimum: Mapped[str] = mapped_column(String(20), default="")
    season_month: Mapped[int | None]
    window: Mapped[str] = mapped_column(quoted_name("window", quote=True), String(20), default="")
    """A word of SQL, so always quoted. How long before the last valid day a renewal may begin; empty: at any time."""
    grace: Mapped[str] = mapped_column(String(20), default="")
    expiring_days: Mapped[int] = mapped_column(default=60)
    first_needed: Mapped[int] = mapped_column(default=1)
    """How many of the first courses: 1 is any, 0 is all."""
    renewal_needed: Mapped[int] = mapped_column(default=1)
    accepts_evidence: Mapped[bool] = mapped_column(default=False)
    accepts_sign_off: Mapped[bool] = mapped_column(default=False)
    ways: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the tables of courses and inclusions say, so that a change of them is seen in the trail: ids by `first`,
    `renewal` and `includes`."""
    archived: Mapped[bool] = mapped_column(default=False)
    """Not offered any more; what people hold stays."""

    courses: Mapped[list["QualificationCourse"]] = relationship(
        cascade="all, delete-orphan", order_by="QualificationCourse.id", back_populates="qualification"
    )
    inclusions: Mapped[list["Inclusion"]] = relationship(
        cascade="all, delete-orphan", foreign_keys="Inclusion.qualification_id", order_by="Inclusion.id"
    )

    @property
    def rule(self) -> Rule:
        """What decides about days."""
        return Rule(
            self.counting, Period.parse(self.period), self.base_on, Period.parse(self.minimum), self.season_month,
            Period.parse(self.window), Period.parse(self.grace),
        )  # fmt: skip


class QualificationCourse(db.Model):
    """A course by which a qualification is obtained (path `first`) or renewed (path `renewal`)."""

    __tablename__ = "qualification_courses"
    __table_args__ = (UniqueConstraint("qualification_id", "path", "course_id"),)

    id: Mapped[intpk]
    qualification_id: Mapped[int] = mapped_column(BigId, ForeignKey("qualifications.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(10))
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses.id", ondelete="CASCADE"), index=True)

    qualification: Mapped[Qualification] = relationship(back_populates="courses")
    course: Mapped[Course] = relationship()


class Inclusion(db.Model):
    """Who holds `qualification` also counts as holding `includes`."""

    __tablename__ = "qualification_inclusions"
    __table_args__ = (UniqueConstraint("qualification_id", "includes_id"),)

    id: Mapped[intpk]
    qualification_id: Mapped[int] = mapped_column(BigId, ForeignKey("qualifications.id", ondelete="CASCADE"))
    includes_id: Mapped[int] = mapped_column(BigId, ForeignKey("qualifications.id", ondelete="CASCADE"), index=True)

    includes: Mapped[Qualification] = relationship(foreign_keys=[includes_id])

"""Who must hold what, who is let off, and who was where when."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import Department, JobFunction, User
from lms.compliance.models.qualifications import Qualification
from lms.db import BigId, Owned, Stamped, db, intpk, utcnow


class Requirement(Owned, Stamped, db.Model):
    """Everybody in the organization, a department, a job function, or one person must hold a qualification."""

    __tablename__ = "requirements"
    __table_args__ = (
        CheckConstraint(
            "(target = 'organization' AND department_id IS NULL AND job_function_id IS NULL AND user_id IS NULL)"
            " OR (target = 'department' AND department_id IS NOT NULL AND job_function_id IS NULL AND user_id IS NULL)"
            " OR (target = 'job_function' AND job_function_id IS NOT NULL AND department_id IS NULL"
            " AND user_id IS NULL)"
            " OR (target = 'person' AND user_id IS NOT NULL AND department_id IS NULL AND job_function_id IS NULL)",
            name="one_target",
        ),
        Index("ix_requirements_organization_id_target", "organization_id", "target"),
    )

    id: Mapped[intpk]
    qualification_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("qualifications.id", ondelete="CASCADE"), index=True
    )
    target: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("departments.id", ondelete="RESTRICT"), index=True
    )
    below: Mapped[bool] = mapped_column(default=True)
    """Of a department: whether the departments below it are meant too."""
    job_function_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("job_functions.id", ondelete="RESTRICT"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The last day on which it holds."""
    comply_days: Mapped[int] = mapped_column(default=0)
    """Days that newcomers, and people new in the job or department, have."""
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn: Mapped[bool] = mapped_column(default=False)
    """It was a mistake: as if it had never been."""

    qualification: Mapped[Qualification] = relationship()
    department: Mapped[Department | None] = relationship()
    job_function: Mapped[JobFunction | None] = relationship()
    user: Mapped[User | None] = relationship()

    @property
    def target_id(self) -> int | None:
        """Of the department, job function or person."""
        return self.department_id or self.job_function_id or self.user_id

    @property
    def target_name(self) -> str:
        """Of the department, job function or person; empty for the organization."""
        whom = self.department or self.job_function or self.user
        return whom.name if whom else ""


class Exemption(Owned, Stamped, db.Model):
    """Somebody need not hold a qualification for a while, because."""

    __tablename__ = "exemptions"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    qualification_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("qualifications.id", ondelete="CASCADE"), index=True
    )
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    approved_by_id: Mapped[int] = mapped_column(BigId)
    withdrawn: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()
    qualification: Mapped[Qualification] = relationship()


class Assignment(Owned, db.Model):
    """From `from_on` somebody was in this department and job; `was_…` is what they were before.

    Facts that are only added; the order in which they became known does not matter. Of one day the latest counts.
    """

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("change_id"), Index("ix_assignments_user_id_from_on", "user_id", "from_on"))

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    from_on: Mapped[date]
    change_id: Mapped[int | None] = mapped_column(BigId)
    """The change that told it; None for what somebody entered afterwards, or what was there at the start."""
    department_id: Mapped[int | None] = mapped_column(BigId)
    job_function_id: Mapped[int | None] = mapped_column(BigId)
    active: Mapped[bool] = mapped_column(default=True)
    was_department_id: Mapped[int | None] = mapped_column(BigId)
    was_job_function_id: Mapped[int | None] = mapped_column(BigId)
    was_active: Mapped[bool] = mapped_column(default=True)
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)


class DepartmentPlace(Owned, db.Model):
    """From `from_on` a department was part of `parent_id`, and of `was_parent_id` before."""

    __tablename__ = "department_places"
    __table_args__ = (UniqueConstraint("change_id"),)

    id: Mapped[intpk]
    department_id: Mapped[int] = mapped_column(BigId, index=True)
    from_on: Mapped[date]
    change_id: Mapped[int] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    was_parent_id: Mapped[int | None] = mapped_column(BigId)

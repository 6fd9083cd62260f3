"""What people hold, and what they showed or did for it besides courses."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.compliance.models.qualifications import Qualification
from lms.db import BigId, Json, Owned, Stamped, db, intpk

SUBMITTED, ACCEPTED, REFUSED = ("submitted", "accepted", "refused")


class Holding(Owned, Stamped, db.Model):
    """A qualification that somebody obtained or renewed at one time. A renewal is a row of its own; none is removed.

    `created_at` is when it was recorded. Its facts are `achieved_on`, the source, and `rule` and `due_on` as they were
    then; the days follow from them, unless somebody set `changed_to`.
    """

    __tablename__ = "holdings"
    __table_args__ = (
        UniqueConstraint("user_id", "qualification_id", "source", "source_id"),
        Index("ix_holdings_qualification_id_valid_until", "qualification_id", "valid_until"),
    )

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    qualification_id: Mapped[int] = mapped_column(BigId, ForeignKey("qualifications.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(20))
    """courses, evidence or sign_off."""
    source_id: Mapped[int] = mapped_column(BigId)
    """Of the enrollment that completed it, the evidence or the sign-off."""
    achieved_on: Mapped[date]
    rule: Mapped[dict[str, Any]]
    due_on: Mapped[date | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """The last valid day; None is for good."""
    base_on: Mapped[date]
    periods: Mapped[int] = mapped_column(default=0)
    counted: Mapped[str] = mapped_column(String(20))
    """Which part of the rule gave the last valid day."""
    changed_to: Mapped[date | None]
    change_reason: Mapped[str] = mapped_column(Text, default="")
    revoked_on: Mapped[date | None]
    revoke_reason: Mapped[str] = mapped_column(Text, default="")
    suspensions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Each with `from`, `until` (last day, None while it goes on) and `reason`."""
    withdrawn: Mapped[bool] = mapped_column(default=False)
    """Its source no longer stands, so it counts for nothing; the row stays for the record."""

    user: Mapped[User] = relationship()
    qualification: Mapped[Qualification] = relationship()

    @property
    def is_suspended(self) -> bool:
        """Whether a suspension goes on."""
        return any(one["until"] is None for one in self.suspensions)


class Evidence(Owned, Stamped, db.Model):
    """A certificate from elsewhere that somebody hands in, and what the reviewer said."""

    __tablename__ = "evidence"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    qualification_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("qualifications.id", ondelete="CASCADE"), index=True
    )
    media_id: Mapped[int | None] = mapped_column(BigId)
    """The uploaded file."""
    issuer: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    obtained_on: Mapped[date]
    expires_on: Mapped[date | None]
    """The last valid day that the certificate itself names; without one the qualification's rule counts."""
    state: Mapped[str] = mapped_column(String(20), default=SUBMITTED, index=True)
    reviewed_by_id: Mapped[int | None] = mapped_column(BigId)
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(Text, default="")

    user: Mapped[User] = relationship()
    qualification: Mapped[Qualification] = relationship()


class SignOff(Owned, Stamped, db.Model):
    """An instructor saw that somebody can do it."""

    __tablename__ = "sign_offs"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    qualification_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("qualifications.id", ondelete="CASCADE"), index=True
    )
    signed_on: Mapped[date]
    signed_by_id: Mapped[int] = mapped_column(BigId)
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()
    qualification: Mapped[Qualification] = relationship()

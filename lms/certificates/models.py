"""Certificates, what they look like, and the keys their badges are signed with."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import User
from lms.db import BigId, Owned, Stamped, Title, db, intpk

COURSE, QUALIFICATION = "course", "qualification"
"""What a certificate is about."""

VALID, EXPIRED, SUSPENDED, SUPERSEDED, REVOKED = "valid", "expired", "suspended", "superseded", "revoked"


class CertificateTemplate(Owned, Stamped, db.Model):
    """What certificates of an organization look like. A row never changes: saving makes the next version."""

    __tablename__ = "certificate_templates"
    __table_args__ = (UniqueConstraint("organization_id", "version"),)

    id: Mapped[intpk]
    version: Mapped[int]
    heading: Mapped[Title]
    text: Mapped[str] = mapped_column(Text)
    """With variables in braces (`templates.VARIABLES`)."""
    colour: Mapped[str] = mapped_column(String(7))
    signatory: Mapped[str] = mapped_column(String(200), default="")
    signatory_role: Mapped[str] = mapped_column(String(200), default="")
    logo_id: Mapped[int | None] = mapped_column(BigId)
    """A picture of the media library."""


class Certificate(Owned, Stamped, db.Model):
    """Proof of one course completion or one holding of a qualification, with the names as they were then.

    It outlives what it was issued for, so it refers to that by id and not by a foreign key.
    """

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("source_type", "source_id"),)

    id: Mapped[intpk]
    number: Mapped[str] = mapped_column(String(19), unique=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(15))
    about_id: Mapped[int] = mapped_column(BigId)
    """The course, or the qualification."""
    person: Mapped[Title]
    title: Mapped[Title]
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    """The last valid day; None for good."""
    template_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("certificate_templates.id", ondelete="RESTRICT"), index=True
    )
    """The version it was issued with; None for the design that every organization begins with."""
    source_type: Mapped[str] = mapped_column(String(20))
    """Enrollment or Holding. A renewal is a row of its own there, so it is a certificate of its own here."""
    source_id: Mapped[int] = mapped_column(BigId)
    superseded_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("certificates.id", ondelete="SET NULL"), index=True
    )
    revoked_on: Mapped[date | None]
    """The first day on which it does not count any more."""
    revoked_reason: Mapped[str] = mapped_column(String(500), default="")
    revoked_by_id: Mapped[int | None] = mapped_column(BigId)
    """Who took it back; None when it follows from what it was issued for."""
    suspended: Mapped[bool] = mapped_column(default=False)
    """Does not count during a long absence."""

    user: Mapped[User] = relationship()
    template: Mapped[CertificateTemplate | None] = relationship()
    superseded_by: Mapped["Certificate | None"] = relationship(remote_side="Certificate.id")

    def state(self, today: date) -> str:
        """Revoked, superseded, expired, suspended or valid, in this order of weight; `today` is the organization's."""
        if self.revoked_on is not None and self.revoked_on <= today:
            return REVOKED
        if self.superseded_by_id is not None:
            return SUPERSEDED
        if self.valid_until is not None and self.valid_until < today:
            return EXPIRED
        return SUSPENDED if self.suspended else VALID


Index("ix_certificates_user_id_kind_about_id", Certificate.user_id, Certificate.kind, Certificate.about_id)
Index(
    "ix_certificates_organization_id_revoked",
    Certificate.organization_id,
    Certificate.id,
    postgresql_where=Certificate.revoked_on.is_not(None),
    sqlite_where=Certificate.revoked_on.is_not(None),
)


class SigningKey(Owned, Stamped, db.Model):
    """A pair of Ed25519 keys of an organization. The public half of a retired key stays published."""

    __tablename__ = "signing_keys"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[intpk]
    name: Mapped[str] = mapped_column(String(20))
    """Its fragment in the organization's DID document."""
    public_key: Mapped[str] = mapped_column(String(43))
    """As in a JWK's `x`: base64url without padding."""
    private_key: Mapped[str] = mapped_column(Text, info={"secret": True})
    """Encrypted with a key that is derived from SECRET_KEY."""
    retired_at: Mapped[datetime | None]

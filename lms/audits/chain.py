"""The chain: an entry for every audit, each of which holds the hash of the one before, and the signed end of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.audits.canonical import NOTHING
from lms.audits.signing import is_ours, sign
from lms.db import BigId, Json, Owned, Stamped, db, intpk, utcnow

Digest = String(64)
NEVER, DAILY, WEEKLY = "never", "daily", "weekly"
WAITING, RUNNING, DONE = "waiting", "running", "done"


class AuditStamp(db.Model):
    """An audit that is not sealed yet, signed when it was written; goes when it is sealed."""

    __tablename__ = "audit_stamps"

    change_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id", ondelete="CASCADE"))
    occurred_at: Mapped[datetime]
    stamp: Mapped[str | None] = mapped_column(Digest)
    """Its signature; None for what was written before there was a chain."""
    refused_at: Mapped[datetime | None]
    """When sealing found that the audit is not what was written; it stays here, and is never sealed."""


Index("ix_audit_stamps_organization_id_change_id", AuditStamp.organization_id, AuditStamp.change_id)


class AuditSeal(db.Model):
    """One entry of an organization's chain. Never updated, except when what it covers is lawfully erased."""

    __tablename__ = "audit_seals"

    organization_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    change_id: Mapped[int] = mapped_column(BigId, unique=True)
    """Which audit it is for."""
    sealed_at: Mapped[datetime]
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(Digest)
    hash: Mapped[str] = mapped_column(Digest)
    details: Mapped[str | None] = mapped_column(Digest)
    """The digest of what was erased, which the entry's digest was made of."""
    erasure: Mapped[str | None] = mapped_column(Digest)
    """The signature of what stands in its place."""


class AuditChain(Owned, db.Model):
    """The end of an organization's chain, and its beginning where older entries were removed; signed as a whole."""

    __tablename__ = "audit_chains"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    number: Mapped[int] = mapped_column(BigId, default=0)
    hash: Mapped[str] = mapped_column(Digest, default=NOTHING)
    sealed_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_number: Mapped[int] = mapped_column(BigId, default=0)
    """Up to which entry the chain was removed when it had been kept long enough."""
    removed_hash: Mapped[str] = mapped_column(Digest, default=NOTHING)
    removed_before: Mapped[datetime | None]
    """Everything removed happened before this."""
    adopts_up_to: Mapped[int] = mapped_column(BigId, default=0)
    """Audits up to this id were written before there was a chain, and are sealed without a stamp."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it was signed again, where it was."""
    signature: Mapped[str] = mapped_column(Digest)

    @property
    def facts(self) -> list[Any]:
        """What is signed."""
        return [
            self.organization_id, self.number, self.hash, self.sealed_at, self.removed_number, self.removed_hash,
            self.removed_before, self.adopts_up_to, self.note,
        ]  # fmt: skip

    def sign(self) -> None:
        """Sign it as it stands."""
        self.signature = sign("chain", *self.facts)

    @property
    def is_ours(self) -> bool:
        """Whether it stands as this installation signed it."""
        return is_ours(self.signature, "chain", *self.facts)


class AuditPlan(Owned, Stamped, db.Model):
    """How long an organization keeps its audits, and where the end of its chain is mailed."""

    __tablename__ = "audit_plans"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    keep_years: Mapped[int] = mapped_column(default=0)
    """After how many years audits are removed; 0 keeps them for good."""
    address: Mapped[str] = mapped_column(String(254), default="")
    every: Mapped[str] = mapped_column(String(10), default=NEVER)
    mailed_at: Mapped[datetime | None] = mapped_column(info={"secret": True})
    """When it was last mailed."""


class AuditHold(Owned, Stamped, db.Model):
    """Somebody's word that nothing may be removed, because of a lawsuit or an inquiry."""

    __tablename__ = "audit_holds"

    id: Mapped[intpk]
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[int] = mapped_column(BigId)
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(BigId)


class AuditVerification(Owned, Stamped, db.Model):
    """One look over a whole chain, asked for by somebody or by the day."""

    __tablename__ = "audit_verifications"

    id: Mapped[intpk]
    actor_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    checked: Mapped[int] = mapped_column(BigId, default=0)
    total: Mapped[int] = mapped_column(BigId, default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    problem_count: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The first of them."""
    finished_at: Mapped[datetime | None]

"""An organization's learning record store, what its activities are here, and which statements came in."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.courses import Subject
from lms.db import BigId, Json, Owned, Stamped, db, intpk, utcnow

ACCOUNT, MBOX = "account", "mbox"
"""How people are named in statements."""
TAKEN, LEFT, REFUSED = "taken", "left", "refused"
"""What becomes of a statement that came in."""


class LrsConnection(Owned, Stamped, db.Model):
    """The store of an organization: one, for both ways."""

    __tablename__ = "lrs_connections"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    endpoint: Mapped[str] = mapped_column(String(500))
    """Without `/statements` and without a slash at its end."""
    username: Mapped[str] = mapped_column(String(200))
    """The key of its credentials (HTTP Basic)."""
    secret: Mapped[str] = mapped_column(Text, info={"secret": True})
    """Encrypted with a key made from SECRET_KEY."""
    sends: Mapped[bool] = mapped_column(default=False)
    reads: Mapped[bool] = mapped_column(default=False)
    actor: Mapped[str] = mapped_column(String(10), default=ACCOUNT)
    sent_at: Mapped[datetime | None]
    """When a statement was last taken there."""
    send_error: Mapped[str] = mapped_column(Text, default="")
    send_failed_at: Mapped[datetime | None]
    read_until: Mapped[datetime | None]
    """Every statement stored up to this moment was read."""
    more: Mapped[str] = mapped_column(Text, default="")
    """Where the next page is, in the middle of a list of several."""
    read_at: Mapped[datetime | None]
    """When it was last asked and answered."""
    read_error: Mapped[str] = mapped_column(Text, default="")


class LrsActivity(Owned, Stamped, db.Model):
    """Which of our subjects an activity of the store is."""

    __tablename__ = "lrs_activities"
    __table_args__ = (UniqueConstraint("organization_id", "activity"),)

    id: Mapped[intpk]
    activity: Mapped[str] = mapped_column(String(500))
    """Its id, an IRI."""
    subject_id: Mapped[int] = mapped_column(BigId, ForeignKey("subjects.id", ondelete="CASCADE"), index=True)

    subject: Mapped[Subject] = relationship()


class LrsStatement(Owned, db.Model):
    """One statement about a result that was read, and what became of it. Its key is what keeps it to once."""

    __tablename__ = "lrs_statements"
    __table_args__ = (UniqueConstraint("organization_id", "statement_id"),)

    id: Mapped[intpk]
    statement_id: Mapped[str] = mapped_column(String(36))
    endpoint: Mapped[str] = mapped_column(String(500))
    """The store that it came from."""
    verb: Mapped[str] = mapped_column(String(20))
    activity: Mapped[str] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(String(300))
    """As the statement names them; empty once it is a result."""
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    result_id: Mapped[int | None] = mapped_column(BigId, index=True)
    body: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Of what was refused, so that it can be tried again."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


Index("ix_lrs_statements_organization_id_outcome", LrsStatement.organization_id, LrsStatement.outcome, LrsStatement.id)

"""API keys of an organization."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk, utcnow


class ApiKey(Owned, Stamped, db.Model):
    """What a program of the organization shows to be let in; of the secret only a hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[intpk]
    name: Mapped[Title]
    client_id: Mapped[str] = mapped_column(String(40), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), info={"secret": True})
    """SHA-256: the secret has 256 random bits, so there is nothing to guess that a slow hash would protect."""
    scopes: Mapped[list[str]] = mapped_column(Json)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(BigId)

    @property
    def state(self) -> str:
        """active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= utcnow() else "active"


class KeptAnswer(Owned, db.Model):
    """What a write with an `Idempotency-Key` was answered, so that a repeat gets the same and does nothing."""

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("organization_id", "api_key_id", "token"),)

    id: Mapped[intpk]
    api_key_id: Mapped[int] = mapped_column(BigId)
    token: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(64))
    """Of method, address and body."""
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    body: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(index=True)

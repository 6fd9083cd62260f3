"""The trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Json, Owned, db, intpk


class Audit(Owned, db.Model):
    """One change as it is kept: who, what, when, before and after. Never updated, never deleted."""

    __tablename__ = "audits"

    id: Mapped[intpk]
    change_id: Mapped[int] = mapped_column(BigId, unique=True)
    occurred_at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(10))
    object_type: Mapped[str] = mapped_column(String(50))
    object_id: Mapped[int] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(Text, default="")
    """What the object was called."""
    difference: Mapped[dict[str, Any]] = mapped_column(Json)
    """Each column that differs: `{name: [before, after]}`."""
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[str] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(45))
    via: Mapped[str] = mapped_column(String(20))


Index("ix_audits_organization_id_change_id", Audit.organization_id, Audit.change_id)
Index("ix_audits_object_type_object_id", Audit.object_type, Audit.object_id)
Index("ix_audits_request_id", Audit.request_id)

"""A zip of OneRoster on its way in: read, then carried out as one import after the other."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk
from lms.transfer.models import AT_WORK, CHECKING


class RosterImport(Owned, Stamped, db.Model):
    """One zip. States are those of an import: checking (being read), checked, running, done, failed."""

    __tablename__ = "roster_imports"

    id: Mapped[intpk]
    title: Mapped[Title]
    path: Mapped[str] = mapped_column(String(100), info={"secret": True})
    state: Mapped[str] = mapped_column(String(10), default=CHECKING)
    pass_mark: Mapped[int]
    """Percentage from which a score is passed where a result does not say it in words."""
    imports: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Ids of its imports by kind."""
    rows: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Number of rows that each of them gets."""
    skipped: Mapped[list[Any]] = mapped_column(Json, default=list)
    """File, row and reason of what is not taken over; the first 500."""
    skipped_number: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has something to do for it."""
        return self.state in AT_WORK

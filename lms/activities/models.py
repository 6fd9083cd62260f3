"""What people did, as others read it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Json, Owned, db, intpk


class Activity(Owned, db.Model):
    """One thing somebody did; the sentence is made when it is read, in the reader's language."""

    __tablename__ = "activities"

    id: Mapped[intpk]
    change_id: Mapped[int] = mapped_column(BigId, unique=True)
    occurred_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    course_id: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(BigId)
    """The person it is about, where that is another one than the actor."""
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    """Names as they were then, for the sentence."""


Index("ix_activities_organization_id_change_id", Activity.organization_id, Activity.change_id)
Index("ix_activities_course_id_change_id", Activity.course_id, Activity.change_id)
Index("ix_activities_actor_id_change_id", Activity.actor_id, Activity.change_id)
Index("ix_activities_user_id_change_id", Activity.user_id, Activity.change_id)

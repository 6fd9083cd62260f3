"""No room and no instructor at two sessions at the same time."""

from collections.abc import Collection
from datetime import datetime

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts import Organization
from lms.classroom.models import CANCELLED, Event, Session, SessionInstructor
from lms.db import db
from lms.errors import Invalid


def lock_planning(organization_id: int) -> None:
    """Until the transaction ends nobody else plans in this organization; take it before an event's lock.

    So what is free when we look is free when we commit. On SQLite the transaction itself is exclusive.
    """
    db.session.execute(
        select(Organization.id).where(Organization.id == organization_id).with_for_update(key_share=True)
    )


def when(starts_at: datetime, ends_at: datetime) -> str:
    """From when to when, in the reader's zone and language."""
    day, start, end = "d MMM y", format_datetime(starts_at, "HH:mm"), format_datetime(ends_at, "HH:mm")
    first, last = format_datetime(starts_at, day), format_datetime(ends_at, day)
    return f"{first}, {start}–{end}" if first == last else f"{first}, {start} – {last}, {end}"


def refuse_clashes(session: Session, instructor_ids: Collection[int]) -> None:
    """Raise Invalid that names the session which has the room or an instructor at that time; three statements.

    The caller holds the planning lock.
    """
    if session.room_id is None and not instructor_ids:
        return
    gives = select(SessionInstructor.session_id).where(SessionInstructor.user_id.in_(instructor_ids))
    others = db.session.scalars(
        select(Session)
        .join(Session.event)
        .where(
            Session.organization_id == session.organization_id,
            Session.id != (session.id or 0),
            Session.cancelled_at.is_(None),
            Event.status != CANCELLED,
            Session.starts_at < session.ends_at,
            Session.ends_at > session.starts_at,
            (Session.room_id == session.room_id) | Session.id.in_(gives),
        )
        .options(joinedload(Session.event), joinedload(Session.room), selectinload(Session.instructors))
        .order_by(Session.starts_at, Session.id)
        .execution_options(populate_existing=True)
    ).all()
    for other in others:
        words = {"title": other.event.title, "when": when(other.starts_at, other.ends_at)}
        if session.room_id is not None and other.room_id == session.room_id and other.room is not None:
            raise Invalid(
                "room_id", _("%(room)s is taken by “%(title)s”, %(when)s.", room=other.room.label, **words)
            )
        for person in other.instructors:
            if person.id in instructor_ids:
                raise Invalid(
                    "instructor_ids", _("%(name)s gives “%(title)s”, %(when)s.", name=person.name, **words)
                )

"""Events and sessions, found by title, place, time, room and instructor."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, cast, or_, select
from sqlalchemy import String as Text
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.accounts import User
from lms.classroom.models import CANCELLED, CLOSED, PLANNED, Event, Session, SessionInstructor
from lms.db import db, utcnow
from lms.paging import Page, paginate

SORTS = {"title": Event.title, "starts": Event.starts_at, "location": Event.location}
GIVERS = ("instructor", "author", "admin")
MOST_SESSIONS = 500
"""In one calendar."""


def events_page(
    organization_id: int, q: str = "", sort: str = "starts", number: int = 1, size: int = 25, *, when: str = ""
) -> Page[Event]:
    """Events by title or place; `when` is upcoming, past, to_close (over, not settled), cancelled or empty for all.

    Two statements.
    """
    statement = select(Event).where(Event.organization_id == organization_id)
    if q:
        statement = statement.where(
            Event.title.icontains(q, autoescape=True) | Event.location.icontains(q, autoescape=True)
        )
    now = utcnow()
    match when:
        case "upcoming":
            statement = statement.where(Event.ends_at >= now, Event.status == PLANNED)
        case "past":
            statement = statement.where(Event.ends_at < now)
        case "to_close":
            statement = statement.where(Event.ends_at < now, Event.status == PLANNED)
        case "cancelled":
            statement = statement.where(Event.status == CANCELLED)
    column = SORTS.get(sort.lstrip("-"), Event.starts_at)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Event.id), number, size)


def open_events(organization_id: int, q: str = "", number: int = 1, size: int = 25) -> Page[Event]:
    """Events one may register for now, the soonest first; two statements."""
    now = utcnow()
    statement = select(Event).where(
        Event.organization_id == organization_id,
        Event.status.not_in((CANCELLED, CLOSED)),
        Event.starts_at > now,
        or_(Event.opens_at.is_(None), Event.opens_at <= now),
        or_(Event.closes_at.is_(None), Event.closes_at > now),
    )
    if q:
        statement = statement.where(
            Event.title.icontains(q, autoescape=True) | Event.location.icontains(q, autoescape=True)
        )
    return paginate(statement.order_by(Event.starts_at, Event.id), number, size)


def sessions_between(
    organization_id: int, since: datetime, until: datetime, *, event_ids: Select[int] | None = None,
    instructor_id: int | None = None, room_id: int | None = None,
) -> Sequence[Session]:  # fmt: skip
    """Sessions that take place in part between the two moments, with event, room and instructors; two statements.

    `event_ids` and `instructor_id` add up: those of these events, and those this person gives.
    """
    statement = (
        select(Session)
        .join(Session.event)
        .where(Session.organization_id == organization_id, Session.starts_at < until, Session.ends_at > since)
        .options(contains_eager(Session.event), joinedload(Session.room), selectinload(Session.instructors))
        .order_by(Session.starts_at, Session.id)
        .limit(MOST_SESSIONS)
    )
    whose = []
    if event_ids is not None:
        whose.append(Session.event_id.in_(event_ids))
    if instructor_id is not None:
        whose.append(
            Session.id.in_(select(SessionInstructor.session_id).where(SessionInstructor.user_id == instructor_id))
        )
    if whose:
        statement = statement.where(or_(*whose))
    if room_id is not None:
        statement = statement.where(Session.room_id == room_id)
    return db.session.scalars(statement).all()


def with_sessions(event: Event) -> Sequence[Session]:
    """The event's sessions with room and instructors, cancelled ones included; two statements."""
    return db.session.scalars(
        select(Session)
        .where(Session.event_id == event.id)
        .options(joinedload(Session.room), selectinload(Session.instructors))
        .order_by(Session.starts_at, Session.id)
    ).all()


def possible_instructors(organization_id: int) -> list[User]:
    """Who may give a session, by name; one statement."""
    roles = cast(User.roles, Text)
    return list(
        db.session.scalars(
            select(User)
            .where(
                User.organization_id == organization_id, User.active,
                or_(*(roles.contains(f'"{role}"') for role in GIVERS)),
            )
            .order_by(User.name, User.id)
        )
    )  # fmt: skip


def gives(user: User, event: Event) -> bool:
    """Whether the person gives a session of this event; one statement."""
    return db.session.scalar(
        select(SessionInstructor.id)
        .where(SessionInstructor.event_id == event.id, SessionInstructor.user_id == user.id)
        .limit(1)
    ) is not None

"""Registrations, found by event and by person."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import Department, User, team_of
from lms.classroom import PLANNED, Event, Session
from lms.db import db, utcnow
from lms.paging import Page, paginate
from lms.registrations.models import OPEN, PLACED, REQUESTED, WAITING, Attendance, Registration


def registration_of(user: User, event: Event) -> Registration | None:
    """The person's registration for an event."""
    return db.session.scalar(
        select(Registration).where(Registration.event_id == event.id, Registration.user_id == user.id)
    )


def position(registration: Registration) -> int | None:
    """One's place in the waiting list, from 1; None for who does not wait. One statement."""
    if registration.state != WAITING:
        return None
    ahead = db.session.scalar(
        select(func.count()).where(
            Registration.event_id == registration.event_id, Registration.state == WAITING,
            Registration.number < registration.number,
        )
    )  # fmt: skip
    return (ahead or 0) + 1


def positions(event: Event) -> dict[int, int]:
    """Place in the list by id of the registration; one statement."""
    ids = db.session.scalars(
        select(Registration.id)
        .where(Registration.event_id == event.id, Registration.state == WAITING)
        .order_by(Registration.number, Registration.id)
    )
    return {id: place for place, id in enumerate(ids, start=1)}


def counts(event_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Per event how many have a place ("placed"), wait and are requested; one statement."""
    found: dict[int, dict[str, int]] = {id: {"placed": 0, WAITING: 0, REQUESTED: 0} for id in event_ids}
    rows = db.session.execute(
        select(Registration.event_id, Registration.state, func.count())
        .where(Registration.event_id.in_(event_ids))
        .group_by(Registration.event_id, Registration.state)
    )
    for event_id, state, number in rows:
        if state in PLACED:
            found[event_id]["placed"] += number
        elif state in found[event_id]:
            found[event_id][state] += number
    return found


SORTS = {"name": User.name, "number": Registration.number, "changed": Registration.updated_at}


def registrations_page(
    event: Event, q: str = "", sort: str = "number", number: int = 1, size: int = 25, *, state: str = "",
    manager: User | None = None,
) -> Page[Registration]:  # fmt: skip
    """People of an event by name or address; of a manager's team only, if one is given. Two statements.

    `state` is one of the states, or open: asked, registered or waiting.
    """
    statement = (
        select(Registration)
        .join(Registration.user)
        .where(Registration.event_id == event.id)
        .options(contains_eager(Registration.user).joinedload(User.department))
    )
    if q:
        statement = statement.where(User.name.icontains(q, autoescape=True) | User.email.icontains(q, autoescape=True))
    if state == "open":
        statement = statement.where(Registration.state.in_(OPEN))
    elif state:
        statement = statement.where(Registration.state == state)
    if manager is not None:
        statement = statement.where(Registration.user_id.in_(team_of(manager)))
    column = SORTS.get(sort.lstrip("-"), Registration.number)
    order = column.desc() if sort.startswith("-") else column
    return paginate(statement.order_by(order, Registration.id), number, size)


def attendees(event: Event) -> Sequence[Registration]:
    """Who has a place, by name; one statement."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.user)
        .outerjoin(Department, Department.id == User.department_id)
        .where(Registration.event_id == event.id, Registration.state.in_(PLACED))
        .options(contains_eager(Registration.user).contains_eager(User.department))
        .order_by(User.name, User.id)
    ).all()


def marks(session: Session) -> dict[int, Attendance]:
    """Attendance at a session by id of the registration; one statement."""
    rows = db.session.scalars(select(Attendance).where(Attendance.session_id == session.id))
    return {row.registration_id: row for row in rows}


def my_registrations(user: User) -> Sequence[Registration]:
    """The person's requests, places and waits in events that are still to end, the soonest first; one statement."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(
            Registration.user_id == user.id, Registration.state.in_(OPEN), Event.ends_at > utcnow(),
            Event.status == PLANNED,
        )
        .options(contains_eager(Registration.event))
        .order_by(Event.starts_at, Event.id)
    ).all()  # fmt: skip


def states_of(user: User, event_ids: Collection[int]) -> dict[int, str]:
    """The state of the person's registration by event; one statement."""
    rows = db.session.execute(
        select(Registration.event_id, Registration.state).where(
            Registration.user_id == user.id, Registration.event_id.in_(event_ids)
        )
    )
    return {event_id: state for event_id, state in rows}


def states_of_people(event: Event, user_ids: Collection[int]) -> dict[int, str]:
    """The state of each person's registration for an event; one statement."""
    rows = db.session.execute(
        select(Registration.user_id, Registration.state).where(
            Registration.event_id == event.id, Registration.user_id.in_(user_ids)
        )
    )
    return {user_id: state for user_id, state in rows}


def unmarked(event: Event) -> int:
    """How many marks are missing: people with a place times sessions that take place, less the marks; one statement."""
    sessions = select(Session.id).where(Session.event_id == event.id, Session.cancelled_at.is_(None))
    people = select(Registration.id).where(Registration.event_id == event.id, Registration.state.in_(PLACED))
    made = select(func.count()).where(Attendance.session_id.in_(sessions), Attendance.registration_id.in_(people))
    number_of_sessions = select(func.count()).select_from(sessions.subquery()).scalar_subquery()
    number_of_people = select(func.count()).select_from(people.subquery()).scalar_subquery()
    return db.session.scalar(select(number_of_sessions * number_of_people - made.scalar_subquery())) or 0


def to_decide(manager: User) -> Sequence[Registration]:
    """Requests of a manager's team that wait for an answer; one statement."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(
            Registration.state == REQUESTED, Registration.user_id.in_(team_of(manager)), Event.status == PLANNED,
            Event.starts_at > utcnow(),
        )
        .options(contains_eager(Registration.event), joinedload(Registration.user))
        .order_by(Event.starts_at, Registration.number)
    ).all()  # fmt: skip

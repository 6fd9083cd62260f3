"""Tell people of their places, waiting lists and sessions, with an invitation, update or cancellation for calendars."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from flask_mail import Attachment
from sqlalchemy import Select, String, cast, or_, select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts import User, managers_of, names
from lms.classroom import CANCELLED, Event, Session, SessionInstructor
from lms.courses import PUBLISHED, Course, Enrollment, Subject
from lms.db import db
from lms.events import Change
from lms.notifications.letters import ATTACH, Letter
from lms.registrations import (
    OPEN,
    PLACED,
    REGISTERED,
    WAITING,
    Registration,
    invitation,
    position,
)

MOVED = {"starts_at", "ends_at", "room_id", "location", "link"}
WITH_CALENDAR = frozenset(
    {
        "registered", "promoted", "registration_cancelled", "session_changed", "session_cancelled", "event_cancelled",
        "teaching", "not_teaching",
    }
)  # fmt: skip
"""Kinds whose mails carry the sessions of their params, each as a file."""
TAKES_BACK = frozenset({"registration_cancelled", "not_teaching"})
"""The session takes place, but not for this person."""

THEIRS_ALONE = TAKES_BACK | {"registered", "promoted", "teaching"}
"""About one person's own part; the others also go to who waits, whose calendar knows nothing of it."""

Tell = Callable[..., None]


def tell_about(change: Change, tell: Tell) -> None:
    """Tell those concerned of a change of a registration, a session, who gives it, or of an event's cancellation."""
    match change.object_type:
        case "Registration" if "state" in change.difference:
            _tell_of_registration(change, tell)
        case "Session" if change.action == "created" or MOVED & set(change.difference):
            _tell_of_session(change, tell, "session_changed")
        case "Session" if "cancelled_at" in change.difference:
            _tell_of_session(change, tell, "session_cancelled")
        case "SessionInstructor":
            session = db.session.get(Session, change.state["session_id"])
            if session is not None:
                kind = "teaching" if change.action == "created" else "not_teaching"
                tell(change, kind, _only(change.state["user_id"]), _params(change, session.event, [session]))
        case "Event" if change.difference.get("status", ("", ""))[1] == CANCELLED:
            event = db.session.get(Event, change.object_id)
            if event is not None:
                sessions = event.active_sessions
                params = _params(change, event, sessions) | {"reason": change.state["reason"]}
                people = or_(User.id.in_(concerned(event.id)), User.id.in_(_on_their_way_to(event.id)))
                tell(change, "event_cancelled", select(User.id).where(people), params)


def concerned(event_id: int) -> Select[int]:
    """Ids of who comes, waits or asked, and of who gives it."""
    people = select(Registration.user_id).where(Registration.event_id == event_id, Registration.state.in_(OPEN))
    givers = select(SessionInstructor.user_id).where(SessionInstructor.event_id == event_id)
    return select(User.id).where(or_(User.id.in_(people), User.id.in_(givers)))


def _on_their_way_to(event_id: int) -> Select[int]:
    """Ids of who is enrolled in an open course with the event, and not done with it."""
    return (
        select(Enrollment.user_id)
        .join(Course, Course.id == Enrollment.course_id)
        .join(Subject, Subject.course_id == Course.id)
        .where(Subject.event_id == event_id, Course.status == PUBLISHED, Enrollment.completed_at.is_(None))
    )


def _tell_of_registration(change: Change, tell: Tell) -> None:
    registration = db.session.get(Registration, change.object_id)
    if registration is None:
        return
    event, (before, now) = registration.event, change.difference["state"]
    params = _params(change, event, event.active_sessions) | {"reason": change.state["reason"]}
    person = _only(registration.user_id)
    match now:
        case "registered":
            tell(change, "promoted" if before == WAITING else "registered", person, params, even_actor=True)
        case "waiting":
            # The place at this moment; whoever left or got a place since has made it better.
            params["place"] = position(registration) or 1
            tell(change, "waiting", person, params, even_actor=True)
        case "requested":
            tell(change, "approval_asked", _who_decides(registration), params)
        case "declined":
            tell(change, "declined", person, params)
        case "cancelled" if before in OPEN:
            if before != REGISTERED:
                params["session_ids"] = []
            tell(change, "registration_cancelled", person, params, even_actor=before == REGISTERED)


def _tell_of_session(change: Change, tell: Tell, kind: str) -> None:
    session = db.session.get(Session, change.object_id)
    if session is None:
        return
    people = select(Registration.user_id).where(
        Registration.event_id == session.event_id, Registration.state.in_(OPEN)
    )
    people = people.where(Registration.created_at <= change.created_at)
    givers = select(SessionInstructor.user_id).where(SessionInstructor.session_id == session.id)
    if change.action == "created":
        givers = givers.where(SessionInstructor.id < 0)  # who gives a new session is asked to, and hears it so
    everybody = select(User.id).where(or_(User.id.in_(people), User.id.in_(givers)))
    tell(change, kind, everybody, _params(change, session.event, [session]))


def _who_decides(registration: Registration) -> Select[int]:
    """The person's managers; without any, those who plan events."""
    managers = managers_of(registration.user)
    if db.session.scalar(managers.limit(1)) is not None:
        return managers
    roles = cast(User.roles, String)
    return select(User.id).where(
        User.organization_id == registration.organization_id, User.id != registration.user_id,
        or_(roles.contains('"admin"'), roles.contains('"instructor"')),
    )  # fmt: skip


def _only(user_id: int) -> Select[int]:
    return select(User.id).where(User.id == user_id)


def _params(change: Change, event: Event, sessions: Sequence[Session]) -> dict[str, Any]:
    people = names({id for id in (change.actor_id, change.state.get("user_id")) if id is not None})
    one = sessions[0] if sessions else None
    return {
        "actor": people.get(change.actor_id or 0, "LMS"),
        "user": people.get(change.state.get("user_id") or 0, ""),
        "title": event.title,
        "when": _when(*((one.starts_at, one.ends_at) if one else (event.starts_at, event.ends_at)), event.timezone),
        "where": (one.place if one else event.location) or "–",
        "object_id": event.id,
        "session_ids": [session.id for session in sessions],
    }


def _when(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """In figures, which read the same in every language, in the zone of the event."""
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M}–{until} ({zone})"


def _is_in_calendar(session_id: int, user_id: int) -> bool:
    """Whether the person was sent the session: has a place, or gives it."""
    comes = (
        select(Registration.id)
        .join(Session, Session.event_id == Registration.event_id)
        .where(Session.id == session_id, Registration.user_id == user_id, Registration.state.in_(PLACED))
    )
    gives = select(SessionInstructor.id).where(
        SessionInstructor.session_id == session_id, SessionInstructor.user_id == user_id
    )
    return db.session.scalar(comes.union_all(gives).limit(1)) is not None


def for_calendars(letter: Letter, config: Mapping[str, Any]) -> list[Attachment]:
    """A file for calendars (RFC 6047, 2.4) for each session of a letter's params, as the session is when it is sent.

    A letter that tells several things at once, a digest, has none.
    """
    ids = [] if letter.others else letter.params.get("session_ids", [])
    if letter.kind not in THEIRS_ALONE:
        ids = [id for id in ids if _is_in_calendar(id, letter.user_id)]
    if not ids:
        return []
    organizer, takes_back = parseaddr(config["MAIL_DEFAULT_SENDER"])[1], letter.kind in TAKES_BACK
    found, user = [], db.session.get_one(User, letter.user_id)
    sessions = db.session.scalars(
        select(Session)
        .where(Session.id.in_(ids))
        .options(joinedload(Session.event), joinedload(Session.room), selectinload(Session.instructors))
        .order_by(Session.starts_at, Session.id)
    )
    for session in sessions:
        data = invitation(session, user, organizer, config["PUBLIC_URL"], cancelled=takes_back)
        method = "CANCEL" if takes_back or not session.takes_place else "REQUEST"
        kind = f"text/calendar; method={method}; charset=utf-8"
        found.append(Attachment(f"session-{session.id}.ics", kind, data))
    return found


ATTACH.update(dict.fromkeys(WITH_CALENDAR, for_calendars))

"""Coming to an event: by oneself, by a manager for the team, by a planner; approval; and giving a place up."""

from collections.abc import Collection, Sequence

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts import User, is_in_team, names, team_of
from lms.classroom import PLANNED, Event
from lms.db import db, transaction, utcnow
from lms.errors import Conflict, Invalid, NotAllowed
from lms.events import EventCenter
from lms.policy import authorize, may
from lms.registrations.models import (
    CANCELLED,
    DECLINED,
    OPEN,
    PLACED,
    REGISTERED,
    REQUESTED,
    WAITING,
    Registration,
)
from lms.registrations.places import (
    change,
    collides,
    drop_elsewhere,
    fill,
    is_anybody_waiting,
    lock,
    lock_people,
    next_number,
    places_left,
)
from lms.registrations.prerequisites import missing


def register_self(event: Event, actor: User) -> Registration:
    """Come oneself: registered, on the waiting list, or requested where somebody has to agree.

    Raises Conflict, with what to do about it, outside the window of registration, without what the event asks for,
    with a place in another event at the same time, or when one has come already.
    """
    authorize(actor, "view", event)
    with transaction():
        event = lock(event)
        _check_window(event)
        return _enter(event, [actor.id], actor, "self", REQUESTED if event.approval else None)[0]


def register_team(event: Event, user_ids: Collection[int], actor: User) -> list[Registration]:
    """A manager sends people of the team, which is also the manager's approval. All or none."""
    authorize(actor, "team", "Registration")
    wanted = _chosen(user_ids)
    if set(wanted) - set(db.session.scalars(team_of(actor).where(User.id.in_(wanted)))):
        raise NotAllowed(_("You can register people of your own team only."))
    with transaction():
        event = lock(event)
        _check_window(event)
        return _enter(event, wanted, actor, "manager")


def register_people(
    event: Event, user_ids: Collection[int], actor: User, *, reason: str = "", source: str = "planner"
) -> list[Registration]:
    """A planner registers people, whatever the window. All or none.

    With a reason they get a place past the order, above the capacity and without the prerequisites; the reason stays
    on their registration and so in the audit trail.
    """
    authorize(actor, "edit", event)
    wanted = _chosen(user_ids)
    known = select(User.id).where(User.id.in_(wanted), User.organization_id == event.organization_id, User.active)
    if set(wanted) - set(db.session.scalars(known)):
        raise Invalid("user_ids", _("Somebody you chose is no longer here. Reload the page and choose again."))
    reason = reason.strip()[:500]
    with transaction():
        event = lock(event)
        return _enter(event, wanted, actor, source, REGISTERED if reason else None, reason)


def let_in(registration: Registration, reason: str, actor: User) -> None:
    """Give somebody who waits or asked a place past the order, with a reason."""
    authorize(actor, "edit", registration)
    if not reason.strip():
        raise Invalid("reason", _("Say why this person goes first."))
    with transaction():
        event = _current(registration, WAITING, REQUESTED)
        lock_people([registration.user_id])
        change(registration, actor, state=REGISTERED, reason=reason.strip()[:500])
        drop_elsewhere([registration.user_id], event, actor)


def approve(registration: Registration, actor: User) -> None:
    """Agree that somebody comes: they get a place, or one on the waiting list."""
    _check_may_decide(registration, actor)
    with transaction():
        event = _current(registration, REQUESTED)
        lock_people([registration.user_id])
        state = WAITING if places_left(event) == 0 or is_anybody_waiting(event) else REGISTERED
        change(registration, actor, state=state, number=next_number(event), reason="")
        if state == REGISTERED:
            drop_elsewhere([registration.user_id], event, actor)


def decline(registration: Registration, reason: str, actor: User) -> None:
    """Do not agree; the person reads why."""
    _check_may_decide(registration, actor)
    if not reason.strip():
        raise Invalid("reason", _("Say why, so that people understand."))
    with transaction():
        _current(registration, REQUESTED)
        change(registration, actor, state=DECLINED, reason=reason.strip()[:500])


def cancel(registration: Registration, actor: User, reason: str = "") -> None:
    """Give up a place, a request or a place in the list; who waits first gets a place that comes free.

    By the person and their manager until the deadline, by a planner with a reason at any time before closing.
    """
    is_planner = may(actor, "edit", registration)
    is_own = may(actor, "own", registration)
    if not is_planner and not is_own and not is_in_team(registration.user_id, actor):
        authorize(actor, "edit", registration)
    if is_planner and not is_own and not reason.strip():
        raise Invalid("reason", _("Say why, so that people understand."))
    with transaction():
        event = _current(registration, *OPEN)
        until = min(event.cancel_until or event.starts_at, event.starts_at)
        if registration.state == REGISTERED and not is_planner and utcnow() > until:
            raise Conflict(
                _("Places could be given up until %(moment)s. Ask the planner.", moment=format_datetime(until, "short"))
            )
        change(registration, actor, state=CANCELLED, reason=reason.strip()[:500])
        fill(event, actor)


def _enter(
    event: Event, user_ids: Sequence[int], actor: User, source: str, state: str | None = None, reason: str = ""
) -> list[Registration]:
    """In the caller's transaction, with the event locked. `state` None is a place, or the list when it is full."""
    if event.status != PLANNED:
        raise Conflict(_("This event is over or cancelled."))
    lock_people(user_ids)
    rows = _known(event, user_ids)
    _refuse_those_who_cannot(event, user_ids, rows, is_past_order=bool(reason))
    left, waiting, first = places_left(event), is_anybody_waiting(event), next_number(event)
    entered = []
    for number, user_id in enumerate(user_ids, first):
        given = state or (WAITING if waiting or left == 0 else REGISTERED)
        waiting = waiting or given == WAITING
        left = left - 1 if left and given == REGISTERED else left
        values = {"state": given, "number": number, "reason": reason, "source": source}
        if row := rows.get(user_id):
            change(row, actor, **values)
        else:
            row = Registration(
                organization_id=event.organization_id, event=event, user_id=user_id, by_id=actor.id, **values
            )
            db.session.add(row)
            EventCenter.broadcast("created", row, actor)
        entered.append(row)
    drop_elsewhere([row.user_id for row in entered if row.state == REGISTERED], event, actor)
    return entered


def _known(event: Event, user_ids: Collection[int]) -> dict[int, Registration]:
    rows = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.user_id.in_(user_ids))
        .execution_options(populate_existing=True)
    )
    return {row.user_id: row for row in rows}


def _refuse_those_who_cannot(
    event: Event, user_ids: Collection[int], rows: dict[int, Registration], *, is_past_order: bool
) -> None:
    """Raise Conflict that names each person and what stands in the way."""
    problems: dict[int, str] = {}
    for user_id, row in rows.items():
        if row.state in OPEN or row.state in PLACED:
            problems[user_id] = _("is registered or waiting already")
    if not is_past_order:
        for user_id, lacking in missing(event, user_ids).items():
            problems.setdefault(user_id, _("lacks: %(what)s", what="; ".join(lacking)))
        elsewhere = db.session.execute(
            select(Registration.user_id, Event.title)
            .join(Registration.event)
            .where(
                Registration.user_id.in_(user_ids), Registration.state == REGISTERED, Event.id != event.id,
                Event.status == PLANNED, collides(event),
            )
        )  # fmt: skip
        for user_id, title in elsewhere:
            problems.setdefault(user_id, _("has a place in “%(title)s” at the same time", title=title))
    if problems:
        people = names(problems.keys())
        raise Conflict(" ".join(f"{people.get(id, '')} {problem}." for id, problem in sorted(problems.items())))


def obstacle(event: Event, user: User) -> str | None:
    """What keeps somebody from registering now, in words; None if nothing does."""
    if event.status != PLANNED:
        return _("This event is over or cancelled.")
    try:
        _check_window(event)
    except Conflict as error:
        return error.message
    lacking = missing(event, [user.id]).get(user.id)
    return _("You lack: %(what)s.", what="; ".join(lacking)) if lacking else None


def _check_window(event: Event) -> None:
    now = utcnow()
    if event.opens_at and now < event.opens_at:
        raise Conflict(_("Registration opens on %(moment)s.", moment=format_datetime(event.opens_at, "short")))
    if event.closes_at and now >= event.closes_at:
        raise Conflict(_("Registration is closed. Ask the planner whether you can still come."))
    if now >= event.starts_at:
        raise Conflict(_("This event has begun. Ask the planner whether you can still come."))


def _chosen(user_ids: Collection[int]) -> list[int]:
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        raise Invalid("user_ids", _("Choose at least one person."))
    return wanted


def _check_may_decide(registration: Registration, actor: User) -> None:
    """A planner, or a manager of the person's; never the person."""
    if registration.user_id == actor.id and not may(actor, "edit", registration):
        raise NotAllowed(_("Somebody else has to agree."))
    if not may(actor, "edit", registration) and not is_in_team(registration.user_id, actor):
        authorize(actor, "edit", registration)


def _current(registration: Registration, *states: str) -> Event:
    """The event, locked, and the registration as it is now; raises Conflict in any other state."""
    event = lock(registration.event)
    db.session.refresh(registration)
    if registration.state not in states:
        raise Conflict(_("This has changed in the meantime. Reload the page."))
    return event

"""The same event again: a copy at another time, or a series. Wall-clock time is kept over a change to summer time."""

import calendar
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lms.accounts import User
from lms.classroom.attachments import attachments, link
from lms.classroom.attrs import EventAttrs, SessionAttrs
from lms.classroom.events import create_event
from lms.classroom.models import Event
from lms.classroom.sessions import attrs_of
from lms.db import snapshot, transaction
from lms.errors import Invalid
from lms.events import EventCenter
from lms.policy import authorize

Every = Literal["week", "two_weeks", "month"]
EVERY: tuple[Every, ...] = ("week", "two_weeks", "month")
MOST_TIMES = 60
KEPT = ("title", "description", "timezone", "capacity", "minimum", "cost_centre", "approval", "part_passes",
        "prerequisites")  # fmt: skip
MOMENTS = ("opens_at", "closes_at", "cancel_until")


def copy_event(event: Event, starts_at: datetime, actor: User) -> Event:
    """The same event, with its sessions, rooms and instructors, so that the first session starts at `starts_at`.

    Registration opens and closes as long before it. Raises Invalid for a room or instructor that is taken.
    """
    authorize(actor, "edit", event)
    zone = ZoneInfo(event.timezone)
    shift = _wall(starts_at, zone) - _wall(event.starts_at, zone)
    return _again(event, shift, None, actor)


def repeat_event(event: Event, every: Every, times: int, actor: User) -> list[Event]:
    """`times` more of this event, a week, two weeks or a month apart, as events of their own: all or none.

    They share `series_id`. A month later is the same day of the month, or its last day where there is none such.
    """
    authorize(actor, "edit", event)
    if every not in EVERY:
        raise Invalid("every", _("Choose one from the list."))
    if not 1 <= times <= MOST_TIMES:
        raise Invalid("times", _("Repeat it 1 to %(most)s times.", most=MOST_TIMES))
    with transaction():
        if event.series_id is None:
            previous = snapshot(event)
            event.series_id = event.id
            EventCenter.broadcast("updated", previous, event, actor)
        return [_again(event, shift, event.series_id, actor) for shift in _shifts(event, every, times)]


def _shifts(event: Event, every: Every, times: int) -> Iterator[timedelta]:
    first = _wall(event.starts_at, ZoneInfo(event.timezone))
    for number in range(1, times + 1):
        if every != "month":
            yield timedelta(weeks=number * (2 if every == "two_weeks" else 1))
            continue
        months = first.month - 1 + number
        year, month = first.year + months // 12, months % 12 + 1
        day = min(first.day, calendar.monthrange(year, month)[1])
        yield first.replace(year=year, month=month, day=day) - first


def _again(event: Event, shift: timedelta, series_id: int | None, actor: User) -> Event:
    zone = ZoneInfo(event.timezone)
    values = {name: getattr(event, name) for name in KEPT}
    attrs = EventAttrs(**values | {name: _moved(getattr(event, name), shift, zone) for name in MOMENTS})
    sessions = []
    for session in event.active_sessions or event.sessions:
        old, its_zone = attrs_of(session).model_dump(), ZoneInfo(session.timezone)
        moved = {name: _moved(old[name], shift, its_zone) for name in ("starts_at", "ends_at")}
        sessions.append(SessionAttrs(**old | moved))
    with transaction():
        copy = create_event(attrs, actor, sessions, series_id)
        for row in attachments(event):
            link(copy, row.file_id, row.title, actor)
    return copy


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _moved(moment: datetime | None, shift: timedelta, zone: ZoneInfo) -> datetime | None:
    """`shift` later on the wall clock of `zone`."""
    return None if moment is None else (_wall(moment, zone) + shift).replace(tzinfo=zone)

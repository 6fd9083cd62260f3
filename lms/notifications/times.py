"""When a mail may go: digests, quiet hours and days away, each in the person's own zone and right over summer time."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.notifications.kinds import WEEKLY


def digest_at(channel: str, zone: str, at: str, weekday: int, now: datetime) -> datetime:
    """The first moment after `now` at which the clock in `zone` shows `at` (HH:MM), for weekly digests on `weekday`.

    A time that the change to summer time skips comes an hour later by the clock; one that occurs twice counts once,
    the first time. `weekday` counts from Monday, 0.
    """
    day = now.astimezone(ZoneInfo(zone)).date()
    if channel == WEEKLY:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    moment = _moment(day, at, zone)
    return moment if moment > now else _moment(day + timedelta(days=7 if channel == WEEKLY else 1), at, zone)


def quiet_until(zone: str, begin: str | None, end: str | None, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies; None when it does not. They may go over midnight."""
    if begin is None or end is None:
        return None
    local = now.astimezone(ZoneInfo(zone))
    clock = local.strftime("%H:%M")
    is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not is_quiet:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    moment = _moment(day, end, zone)
    # In the hour that occurs twice, the end may lie in its second round.
    return moment if moment > now else _moment(day, end, zone, fold=1)


def is_away(zone: str, first: date | None, last: date | None, now: datetime) -> bool:
    """Whether somebody is away at `now`; both days count, and either may be open."""
    if first is None and last is None:
        return False
    today = now.astimezone(ZoneInfo(zone)).date()
    return (first is None or first <= today) and (last is None or today <= last)


def _moment(day: date, clock: str, zone: str, fold: int = 0) -> datetime:
    local = datetime.combine(day, time.fromisoformat(clock)).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return local.astimezone(ZoneInfo("UTC"))

"""VTIMEZONE (RFC 5545, 3.6.5): what the clock of a zone does around some sessions.

icalendar's own lists every change since 1970 as RDATEs, with the onset in the new offset instead of the old one, which
readers of calendars get wrong. Here each change in the time at hand is an observance of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

MARGIN = timedelta(days=370)
"""Before the first and after the last session: at least one change of each kind, where the zone has them."""
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def timezone_component(name: str, since: datetime, until: datetime) -> Timezone:
    """The zone as it is from a year before `since` to a year after `until`."""
    zone = ZoneInfo(name)
    begin = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - MARGIN
    component = Timezone()
    component.add("tzid", name)
    for moment in [begin, *_changes(zone, begin, until + MARGIN)]:
        before, after = (moment - MINUTE).astimezone(zone), moment.astimezone(zone)
        observance = TimezoneDaylight() if after.dst() else TimezoneStandard()
        offset = before.utcoffset() or timedelta()
        observance.add("dtstart", moment.replace(tzinfo=None) + offset)
        observance.add("tzoffsetfrom", offset)
        observance.add("tzoffsetto", after.utcoffset() or timedelta())
        observance.add("tzname", after.tzname() or name)
        component.add_component(observance)
    return component


def _changes(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """The minutes in UTC at which the offset or the name of the zone's time changes."""
    moment = since
    while moment < until:
        following = moment + DAY
        if _clock(zone, moment) != _clock(zone, following):
            first, last = moment, following
            while last - first > MINUTE:
                middle = first + timedelta(minutes=(last - first) // MINUTE // 2)
                if _clock(zone, middle) == _clock(zone, moment):
                    first = middle
                else:
                    last = middle
            yield last
        moment = following


def _clock(zone: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()

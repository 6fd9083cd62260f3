"""iCalendar: invitations, updates and cancellations (RFC 5545, 5546), and the private feed of somebody's sessions.

A session is one VEVENT whose UID never changes; SEQUENCE grows when it is moved or cancelled. RFC 5546, 3.2.2 allows
one UID per message, so each session of an event has a file of its own.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

from icalendar import Calendar, vCalAddress
from icalendar import Event as Entry

from lms.accounts import User
from lms.classroom import Session
from lms.db import utcnow
from lms.registrations.zones import timezone_component

PRODUCT = "-//LMS//Classroom//EN"
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def invitation(session: Session, person: User, organizer: str, base: str, *, cancelled: bool = False) -> bytes:
    """A message to one person about one session: REQUEST, or CANCEL when it or their part in it is cancelled.

    `organizer` is the mail address that invites, `base` the address of the site.
    """
    cancelled = cancelled or not session.takes_place
    calendar = _calendar(CANCEL if cancelled else REQUEST)
    entry = _entry(session, organizer, base, cancelled=cancelled)
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params["CN"] = person.name
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    entry.add("attendee", attendee, encode=False)
    return _written(calendar, [entry], [session])


def feed(sessions: Sequence[Session], organizer: str, base: str, name: str) -> bytes:
    """Sessions for somebody's own calendar to follow; nobody's name stands in it (RFC 5546, 3.2.1: no ATTENDEE)."""
    calendar = _calendar(PUBLISH)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval;value=duration", "PT1H")
    entries = [_entry(session, organizer, base, cancelled=not session.takes_place) for session in sessions]
    return _written(calendar, entries, sessions)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _entry(session: Session, organizer: str, base: str, *, cancelled: bool) -> Entry:
    entry = Entry()
    entry.add("uid", f"{session.uid}@lms")
    entry.add("sequence", session.sequence)
    entry.add("dtstamp", utcnow())
    entry.add("last-modified", session.updated_at.astimezone(UTC))
    entry.add("dtstart", _local(session.starts_at, session.timezone))
    entry.add("dtend", _local(session.ends_at, session.timezone))
    entry.add("summary", session.event.title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    page = f"{base}/events/{session.event_id}"
    entry.add("url", page)
    if session.place:
        entry.add("location", session.place)
    lines = [session.link, _plain(session.event.description), page]
    entry.add("description", "\n\n".join(line for line in lines if line))
    address = vCalAddress(f"mailto:{organizer}")
    address.params["CN"] = "LMS"
    entry.add("organizer", address, encode=False)
    return entry


def _written(calendar: Calendar, entries: Sequence[Entry], sessions: Sequence[Session]) -> bytes:
    for zone in sorted({session.timezone for session in sessions} - {"UTC"}):
        there = [session for session in sessions if session.timezone == zone]
        since, until = min(one.starts_at for one in there), max(one.ends_at for one in there)
        calendar.add_component(timezone_component(zone, since, until))
    for entry in entries:
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _plain(html: str) -> str:
    """Rich text as text: a line for each paragraph."""
    text = re.sub(r"<br\s*/?>|</(?:p|li|h[1-6]|div)>", "\n", html)
    return unescape(re.sub(r"<[^>]+>", "", text)).strip()

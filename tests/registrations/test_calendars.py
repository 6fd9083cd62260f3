"""iCalendar: what we write is read by icalendar, which checks it, and by vobject, which knows nothing of us."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from lms import classroom, notifications, registrations
from lms.classroom import EventAttrs, SessionAttrs
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.errors import NotFound
from lms.events import Change, EventCenter
from lms.notifications import Mail
from tests.registrations.conftest import composed

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BASE = "https://lms.example"


@pytest.fixture
def event(author):
    """Ten in the morning in Amsterdam, the day before and the day of the change to summer time in 2031."""
    starts = [datetime(2031, 3, day, 10, 0, tzinfo=AMSTERDAM) for day in (29, 30)]
    sessions = [
        SessionAttrs(starts_at=start, ends_at=start + timedelta(hours=2), location="Yard; gate 2, left")
        for start in starts
    ]
    attrs = EventAttrs(
        title="Drill, ünïcode & more", timezone="Europe/Amsterdam", description="<p>Bring <b>gloves</b></p>"
    )
    return classroom.create_event(attrs, author, sessions)


def read(data: bytes):
    """The same file, by both readers; the first has no complaint."""
    calendar = Calendar.from_ical(data)
    assert [error for part in calendar.walk() for error in part.errors] == []
    calendar.validate()
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    known = vars(vobject.icalendar)["__tzidMap"]  # zones of files read before: this one brings its own
    for zone in known.keys() - {"UTC"}:
        del known[zone]
    other = vobject.readOne(data.decode())
    return calendar, other


def invitation(session, learner, **options):
    return read(registrations.invitation(session, learner, "lms@lms.example", BASE, **options))


def test_an_invitation_has_what_calendars_need(event, learner):
    calendar, other = invitation(event.sessions[0], learner)
    [entry] = calendar.events
    assert (str(calendar["METHOD"]), str(calendar["VERSION"]), str(entry["STATUS"])) == ("REQUEST", "2.0", "CONFIRMED")
    assert (int(entry["SEQUENCE"]), str(entry["UID"])) == (0, f"{event.sessions[0].uid}@lms")
    assert str(entry["ORGANIZER"]) == "mailto:lms@lms.example"
    assert str(entry["ATTENDEE"]) == f"mailto:{learner.email}"
    assert entry["DTSTAMP"].dt.tzinfo is not None
    vevent = other.vevent
    assert vevent.summary.value == "Drill, ünïcode & more"
    assert vevent.location.value == "Yard; gate 2, left"
    assert vevent.description.value == f"Bring gloves\n\n{BASE}/events/{event.id}"
    assert other.method.value == "REQUEST"


def test_the_zone_comes_along_and_the_clock_is_right_before_and_after_the_change_to_summer_time(event, learner):
    for session, offset in zip(event.sessions, (1, 2), strict=True):
        calendar, other = invitation(session, learner)
        assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Amsterdam"]
        start = other.vevent.dtstart.value
        assert (start.hour, start.utcoffset()) == (10, timedelta(hours=offset))
        assert start.astimezone(UTC) == session.starts_at
        assert other.vevent.dtend.value.astimezone(UTC) == session.ends_at


ZONES = ("Australia/Lord_Howe", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "UTC")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", range(1, 13))
def test_every_zone_is_read_back_as_the_same_moment(author, learner, zone, month):
    moment = datetime(2031, month, 15, 12, 0, tzinfo=UTC)
    session = SessionAttrs(starts_at=moment, ends_at=moment + timedelta(hours=1), timezone=zone)
    event = classroom.create_event(EventAttrs(title="Far away"), author, [session])
    _calendar, other = invitation(event.sessions[0], learner)
    assert other.vevent.dtstart.value.astimezone(UTC) == moment


def test_a_moved_session_keeps_its_uid_and_its_sequence_grows(event, learner, author):
    session = event.sessions[1]
    before, _other = invitation(session, learner)
    attrs = classroom.attrs_of(session)
    later = {"starts_at": attrs.starts_at + timedelta(days=1), "ends_at": attrs.ends_at + timedelta(days=1)}
    classroom.update_session(session, SessionAttrs(**attrs.model_dump() | later), author)
    after, other = invitation(session, learner)
    assert str(before.events[0]["UID"]) == other.vevent.uid.value
    assert [int(one.events[0]["SEQUENCE"]) for one in (before, after)] == [0, 1]
    assert (str(after["METHOD"]), other.vevent.dtstart.value.day) == ("REQUEST", 31)


def test_a_cancelled_session_is_taken_back_with_a_higher_sequence(event, learner, author):
    session = event.sessions[0]
    classroom.cancel_session(session, author)
    calendar, other = invitation(session, learner)
    assert str(calendar["METHOD"]) == "CANCEL"
    assert (other.vevent.status.value, other.vevent.sequence.value) == ("CANCELLED", "1")


def test_who_gives_up_a_place_gets_a_cancellation_though_the_session_takes_place(event, learner):
    calendar, other = invitation(event.sessions[0], learner, cancelled=True)
    assert (str(calendar["METHOD"]), other.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert other.vevent.attendee.value == f"mailto:{learner.email}"


def soon(author, title: str) -> classroom.Event:
    starts_at = utcnow() + timedelta(days=3)
    attrs = EventAttrs(title=title, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    return classroom.create_event(attrs, author)


def test_the_feed_has_what_one_attends_and_gives_cancelled_ones_too_and_nobodys_name(author, learner, organization):
    first, second, _other = soon(author, "First"), soon(author, "Second"), soon(author, "Not mine")
    registrations.register_self(first, learner)
    classroom.update_session(
        second.sessions[0],
        SessionAttrs(**classroom.attrs_of(second.sessions[0]).model_dump() | {"instructor_ids": [learner.id]}),
        author,
    )
    classroom.cancel_event(second, "Too few", author)
    _user, sessions = registrations.followed(registrations.renew_feed(learner).token)
    calendar, other = read(registrations.feed(sessions, "lms@lms.example", BASE, "Agenda"))
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert {(one.summary.value, one.status.value) for one in other.vevent_list} == {
        ("First", "CONFIRMED"), ("Second", "CANCELLED"),
    }  # fmt: skip
    assert all("ATTENDEE" not in entry for entry in calendar.events)


def test_a_renewed_address_replaces_the_old_one_and_is_in_no_change(learner):
    old = registrations.renew_feed(learner).token
    new = registrations.renew_feed(learner).token
    assert old != new
    with pytest.raises(NotFound):
        registrations.followed(old)
    assert registrations.followed(new)[0].id == learner.id
    kept = repr([change.after for change in db.session.scalars(select(Change))])
    assert new not in kept
    learner.active = False
    with pytest.raises(NotFound):
        registrations.followed(new)


def test_an_empty_feed_is_a_calendar_too(learner):
    calendar = Calendar.from_ical(registrations.feed([], "lms@lms.example", BASE, "Agenda"))
    assert calendar.events == []


def test_mails_carry_a_file_per_session_with_the_method_in_its_type(app, author, learner):
    event = soon(author, "Sutures")
    extra = event.starts_at + timedelta(days=1)
    classroom.add_session(event, SessionAttrs(starts_at=extra, ends_at=extra + timedelta(hours=1)), author)
    row = registrations.register_self(event, learner)
    tell()
    registrations.cancel(row, learner)
    tell()
    methods = []
    for letter in db.session.scalars(select(Mail).order_by(Mail.id)):
        message = message_from_bytes(composed(letter, app).as_bytes(), policy=policy.default)
        for part in message.iter_attachments():
            assert part.get_content_type() == "text/calendar"
            _calendar, other = read(part.get_payload(decode=True))
            methods.append((letter.kind, part["Content-Type"].params["method"], other.method.value))
    assert methods == [("registered", "REQUEST", "REQUEST")] * 2 + [("registration_cancelled", "CANCEL", "CANCEL")] * 2


def tell() -> None:
    """Deliver every change to the notifications subscriber."""
    db.session.commit()
    ids = db.session.scalars(select(Change.id).order_by(Change.id)).all()
    assert not deliver(EventCenter.subscribers["notifications"], ids).waiting


def test_nothing_of_a_calendar_is_in_a_mail_of_another_kind(app, learner):
    letter = notifications.post_mail(learner, "password_reset", {"session_ids": [1]})
    assert composed(letter, app).attachments == []

"""Planning events: sessions, rooms and instructors without double booking, series, templates, cancelling."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms import classroom
from lms.classroom import Event, EventAttrs, RoomAttrs, Session, SessionAttrs, SessionInstructor
from lms.db import db, utcnow
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from tests import factories

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(days: float, hours: float = 2, **more) -> SessionAttrs:
    """A session that many days from tomorrow."""
    starts_at = (utcnow() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
    return SessionAttrs(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), **more)


def plan(author, *sessions: SessionAttrs, title: str = "Fire drill", **attrs) -> Event:
    return classroom.create_event(EventAttrs(title=title, **attrs), author, sessions or [at(0)])


@pytest.fixture
def room(author):
    return classroom.create_room(RoomAttrs(name="Lab", site="North", capacity=10), author)


def test_an_event_without_sessions_gets_one_from_its_start_to_its_end(author):
    event = classroom.create_event(factories.event_attrs(), author)
    [session] = event.sessions
    assert (session.starts_at, session.ends_at, session.location) == (event.starts_at, event.ends_at, "Yard")
    assert event.location == "Yard"


def test_an_event_lasts_from_its_first_session_to_the_end_of_its_last(author, room):
    event = plan(author, at(2), at(0, room_id=room.id), at(1, location="Yard"))
    first, *_others, last = sorted(event.sessions, key=lambda session: session.starts_at)
    assert (event.starts_at, event.ends_at) == (first.starts_at, last.ends_at)
    assert event.location == "Lab, North · Yard"
    with EventCenter.listen() as heard:
        classroom.update_session(last, at(5), author)
    assert event.ends_at == last.ends_at
    assert_received(heard, "updated", last, author)
    assert_received(heard, "updated", event, author)


def test_moving_the_event_moves_its_only_session_and_its_sequence_grows(author):
    event = classroom.create_event(factories.event_attrs(), author)
    [session] = event.sessions
    uid = session.uid
    later = event.starts_at + timedelta(days=1)
    attrs = EventAttrs(title="Fire drill", starts_at=later, ends_at=later + timedelta(hours=1))
    classroom.update_event(event, attrs, author)
    assert (session.starts_at, session.sequence, session.uid) == (later, 1, uid)
    classroom.update_event(event, EventAttrs(title="Fire drill", description="<p>Gloves</p>"), author)
    assert (session.starts_at, session.sequence) == (later, 1)


def test_an_event_with_several_sessions_is_moved_session_by_session(author):
    event = plan(author, at(0), at(1))
    with pytest.raises(Invalid, match="each of them by itself"):
        classroom.update_event(event, factories.event_attrs(), author)


def test_a_room_is_not_booked_twice_and_the_clash_is_named(author, room):
    plan(author, at(0, room_id=room.id), title="Sutures")
    with pytest.raises(Invalid, match="Lab, North is taken by “Sutures”") as refused:
        plan(author, at(0.05, room_id=room.id))
    assert "room_id" in refused.value.errors
    plan(author, at(0.0834, room_id=room.id))  # two hours later it is free again


def test_an_instructor_is_not_booked_twice(author, organization):
    ines = factories.user(organization, "Ines", "instructor")
    plan(author, at(0, instructor_ids=[ines.id]), title="Sutures")
    other = plan(author, at(0), title="Bandages")
    with pytest.raises(Invalid, match="Ines gives “Sutures”"):
        classroom.update_session(other.sessions[0], at(0, instructor_ids=[ines.id]), author)
    assert db.session.scalars(select(SessionInstructor.event_id)).all() != [other.id]


def test_what_is_cancelled_takes_no_room(author, room):
    first = plan(author, at(0, room_id=room.id), at(1, room_id=room.id))
    classroom.cancel_session(first.sessions[0], author)
    second = plan(author, at(0, room_id=room.id))
    classroom.cancel_event(second, "Too few people", author)
    third = plan(author, at(0, room_id=room.id))
    assert third.status == classroom.PLANNED
    assert first.starts_at == first.sessions[1].starts_at


def test_the_only_session_is_not_cancelled_but_its_event(author):
    event = plan(author)
    with pytest.raises(Conflict, match="Cancel the event instead"):
        classroom.cancel_session(event.sessions[0], author)
    with pytest.raises(Invalid, match="Say why"):
        classroom.cancel_event(event, " ", author)
    classroom.cancel_event(event, "The instructor is ill", author)
    assert (event.status, event.reason, event.sessions[0].sequence) == ("cancelled", "The instructor is ill", 1)
    with pytest.raises(Conflict, match="cancelled"):
        classroom.update_event(event, EventAttrs(title="Again"), author)


def test_a_series_keeps_the_time_on_the_clock_over_a_change_to_winter_time(author, room):
    start = datetime(2031, 10, 20, 9, 0, tzinfo=AMSTERDAM)
    attrs = EventAttrs(title="Weekly", timezone="Europe/Amsterdam", closes_at=start - timedelta(days=2), capacity=5)
    session = SessionAttrs(starts_at=start, ends_at=start + timedelta(hours=1), room_id=room.id)
    event = classroom.create_event(attrs, author, [session])
    again = classroom.repeat_event(event, "week", 2, author)
    assert [row.starts_at.astimezone(AMSTERDAM).isoformat() for row in again] == [
        "2031-10-27T09:00:00+01:00", "2031-11-03T09:00:00+01:00",
    ]  # fmt: skip
    assert {row.series_id for row in [event, *again]} == {event.id}
    assert [row.closes_at.astimezone(AMSTERDAM).day for row in again] == [25, 1]
    assert [row.sessions[0].room_id for row in again] == [room.id, room.id]


def test_a_month_later_is_the_same_day_or_the_last(author):
    start = datetime(2031, 1, 31, 9, 0, tzinfo=AMSTERDAM)
    event = plan(author, SessionAttrs(starts_at=start, ends_at=start + timedelta(hours=1)), timezone="Europe/Amsterdam")
    again = classroom.repeat_event(event, "month", 2, author)
    days = [row.starts_at.astimezone(AMSTERDAM).date().isoformat() for row in again]
    assert days == ["2031-02-28", "2031-03-31"]


def test_a_series_is_made_whole_or_not_at_all(author, room):
    event = plan(author, at(0, room_id=room.id))
    plan(author, at(14, room_id=room.id), title="In the way")
    with pytest.raises(Invalid, match="In the way"):
        classroom.repeat_event(event, "week", 3, author)
    assert len(db.session.scalars(select(Event)).all()) == 2
    with pytest.raises(Invalid, match="1 to 60"):
        classroom.repeat_event(event, "week", 61, author)


def test_a_copy_has_the_sessions_and_nobody(author):
    event = plan(author, at(0), at(1), capacity=4)
    copy = classroom.copy_event(event, event.starts_at + timedelta(days=10), author)
    assert [session.starts_at for session in copy.sessions] == [
        session.starts_at + timedelta(days=10) for session in event.sessions
    ]
    assert (copy.capacity, copy.series_id) == (4, None)
    assert copy.sessions[0].uid != event.sessions[0].uid


def test_a_template_keeps_what_events_have_in_common_and_is_replaced_by_name(author):
    event = plan(author, at(0, hours=3), capacity=6)
    template = classroom.save_template(event, "Drill", author)
    assert (template.values["capacity"], template.values["minutes"]) == (6, 180)
    classroom.update_event(event, EventAttrs(title="Fire drill", capacity=7), author)
    assert classroom.save_template(event, "Drill", author).id == template.id
    assert [row.values["capacity"] for row in classroom.templates(author.organization_id)] == [7]


@pytest.mark.parametrize(
    ("attrs", "field"),
    [
        ({"capacity": 3, "minimum": 4}, "minimum"),
        ({"opens_at": utcnow(), "closes_at": utcnow() - timedelta(days=1)}, "closes_at"),
        ({"starts_at": utcnow()}, "ends_at"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(attrs, field):
    with pytest.raises(Invalid) as refused:
        EventAttrs(title="X", **attrs)
    assert field in refused.value.errors


def test_rooms_and_instructors_of_another_organization_cannot_be_chosen(author, stranger):
    foreign = classroom.create_room(RoomAttrs(name="Theirs"), stranger)
    for choice in ({"room_id": foreign.id}, {"instructor_ids": [stranger.id]}):
        with pytest.raises(Invalid, match="Choose one from the list"):
            plan(author, at(0, **choice))
    assert db.session.scalars(select(Session)).all() == []


def test_a_room_in_use_stays_and_can_be_taken_out_of_use(author, room, learner):
    plan(author, at(0, room_id=room.id))
    with pytest.raises(Conflict, match="out of use"):
        classroom.delete_room(room, author)
    classroom.update_room(room, RoomAttrs(name="Lab", site="North", active=False), author)
    with pytest.raises(Invalid, match="no longer in use"):
        plan(author, at(3, room_id=room.id))
    with pytest.raises(Invalid, match="of this name"):
        classroom.create_room(RoomAttrs(name="Lab", site="North"), author)
    with pytest.raises(NotAllowed):
        classroom.create_room(RoomAttrs(name="Mine"), learner)


def test_learners_do_not_plan_and_strangers_see_nothing(author, learner, stranger):
    event = plan(author)
    with pytest.raises(NotAllowed):
        classroom.add_session(event, at(1), learner)
    with pytest.raises(NotFound):
        classroom.cancel_event(event, "No", stranger)

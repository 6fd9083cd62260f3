"""Attendance: the sheet, the code on the wall, closing with results, corrections."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import classroom, courses, registrations
from lms.classroom import SessionAttrs
from lms.courses import SubjectAttrs
from lms.db import db, utcnow
from lms.errors import Conflict, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from lms.registrations import Attendance
from lms.results import Result
from tests import factories
from tests.registrations.conftest import begin, plan


@pytest.fixture
def course(author, event):
    """Published; its one subject is the event."""
    row = factories.course(author)
    courses.add_subject(row, SubjectAttrs(title="Drill", event_id=event.id), author)
    return courses.publish_course(row, author)


@pytest.fixture
def event(author):
    return plan(author, days=2)


def come(event, *users):
    return [registrations.register_self(event, user) for user in users]


def mark_all(event, author, marks):
    for session in event.sessions:
        for row, (state, reason) in marks:
            registrations.mark(session, row, state, reason, author)


def results_of(course) -> dict[str, bool]:
    db.session.expire_all()
    rows = db.session.scalars(select(Result).where(Result.course_id == course.id))
    return {row.user.name[-1]: row.passed for row in rows}


def test_a_tap_is_kept_and_broadcast_and_another_one_changes_or_clears_it(event, people, author):
    [row] = come(event, people[0])
    [session] = event.sessions
    with EventCenter.listen() as heard:
        mark = registrations.mark(session, row, "late", "", author)
        registrations.mark(session, row, "absent", " ill ", author)
        assert (mark.state, mark.reason) == ("absent", "ill")
        registrations.mark(session, row, "", "", author)
    assert [one.action for one in heard] == ["created", "updated", "deleted"]
    assert registrations.marks(session) == {}


def test_only_who_plans_or_teaches_marks_and_only_people_of_this_event(event, people, author):
    [row] = come(event, people[0])
    with pytest.raises(NotAllowed):
        registrations.mark(event.sessions[0], row, "attended", "", people[0])
    other = plan(author, days=9)
    with pytest.raises(NotFound):
        registrations.mark(other.sessions[0], row, "attended", "", author)


def test_closing_says_what_everybody_ended_as_and_writes_the_results(event, course, people, author):
    rows = come(event, *people[:5])
    courses.enroll(course, [user.id for user in people[:5]], author)
    later = utcnow() + timedelta(days=3)
    classroom.add_session(event, SessionAttrs(starts_at=later, ends_at=later + timedelta(hours=1)), author)
    begin(event)
    first, second = event.sessions
    marks = ((first, ["attended", "attended", "absent", "absent"]), (second, ["late", "absent", "absent"]))
    for session, states in marks:
        for row, state in zip(rows, states, strict=False):
            registrations.mark(session, row, state, "ill" if row is rows[2] else "", author)
    assert registrations.unmarked(event) == 3
    with EventCenter.listen() as heard:
        closing = registrations.close(event, author)
    assert [row.state for row in rows] == ["attended", "partly", "absent", "no_show", "no_show"]
    assert results_of(course) == {"A": True, "B": False, "C": False, "D": False, "E": False}
    assert closing.results == 5
    assert_received(heard, "updated", event, author)
    with pytest.raises(Conflict, match="over or cancelled"):
        registrations.close(event, author)


def test_a_part_may_be_enough(author, people):
    event = plan(author, days=2, part_passes=True)
    course = factories.course(author)
    courses.add_subject(course, SubjectAttrs(title="Drill", event_id=event.id), author)
    courses.publish_course(course, author)
    [row] = come(event, people[0])
    courses.enroll(course, [people[0].id], author)
    registrations.mark(begin(event).sessions[0], row, "part", "", author)
    registrations.close(event, author)
    assert results_of(course) == {"A": True}


def test_who_is_not_enrolled_gets_no_result_and_is_named_or_is_enrolled_first(event, course, people, author):
    rows = come(event, *people[:2])
    begin(event)
    assert registrations.attended_without_enrollment(event) == {"Fire safety": ["Person A", "Person B"]}
    mark_all(event, author, [(rows[0], ("attended", ""))])
    closing = registrations.close(event, author)
    assert (closing.results, closing.not_enrolled) == (0, {"Fire safety": ["Person A"]})

    again = plan(author, days=3)
    courses.add_subject(course, SubjectAttrs(title="Again", event_id=again.id), author)
    rows = come(again, *people[2:4])
    mark_all(begin(again), author, [(rows[0], ("attended", ""))])
    assert registrations.close(again, author, enroll=True).results == 1
    assert results_of(course) == {"C": True}


def test_an_event_is_not_closed_before_its_last_session(event, author):
    with pytest.raises(Conflict, match="has not begun"):
        registrations.close(event, author)


def test_a_correction_after_closing_changes_the_result_the_completion_and_is_broadcast(event, course, people, author):
    [row] = come(event, people[0])
    [enrollment] = courses.enroll(course, [people[0].id], author)
    [session] = begin(event).sessions
    registrations.mark(session, row, "attended", "", author)
    registrations.close(event, author)
    assert enrollment.completed_at is not None
    with EventCenter.listen() as heard:
        registrations.mark(session, row, "absent", "", author)
    assert (row.state, results_of(course)) == ("no_show", {"A": False})
    assert enrollment.completed_at is None
    assert [one.object_type for one in heard] == ["Attendance", "Registration", "Result", "Enrollment"]
    registrations.mark(session, row, "late", "", author)
    assert (row.state, results_of(course)) == ("attended", {"A": True})
    assert enrollment.completed_at is not None


def test_the_code_changes_every_half_minute_and_is_accepted_for_two(event):
    [session] = event.sessions
    now = utcnow().replace(second=0, microsecond=0)
    code = registrations.code_of(session, now)
    assert code == registrations.code_of(session, now + timedelta(seconds=29))
    assert code != registrations.code_of(session, now + timedelta(seconds=30))
    registrations.scan(session, code, now + timedelta(seconds=59))
    for wrong, moment in ((code, now + timedelta(seconds=60)), (code, now - timedelta(seconds=1)), ("0" * 20, now)):
        with pytest.raises(Conflict, match="expired"):
            registrations.scan(session, wrong, moment)


def test_the_code_of_one_session_is_not_that_of_another(event, author):
    other, now = plan(author).sessions[0], utcnow()
    with pytest.raises(Conflict):
        registrations.scan(other, registrations.code_of(event.sessions[0], now), now)


@pytest.mark.parametrize(("minutes", "state"), [(-59, "attended"), (10, "attended"), (11, "late"), (120, "late")])
def test_who_checks_in_attended_or_was_late(event, people, minutes, state):
    come(event, people[0])
    [session] = event.sessions
    mark = registrations.check_in(session, session.starts_at + timedelta(minutes=minutes), people[0])
    again = registrations.check_in(session, session.ends_at, people[0])
    assert (mark.state, mark.source, again.id) == (state, "code", mark.id)
    assert len(db.session.scalars(select(Attendance)).all()) == 1


@pytest.mark.parametrize("minutes", [-61, 121])
def test_nobody_checks_in_too_early_or_afterwards_or_without_a_place(event, people, minutes):
    come(event, people[0])
    [session] = event.sessions
    with pytest.raises(Conflict, match="from an hour before"):
        registrations.check_in(session, session.starts_at + timedelta(minutes=minutes), people[0])
    with pytest.raises(Conflict, match="no place"):
        registrations.check_in(session, session.starts_at, people[1])

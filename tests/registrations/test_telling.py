"""Who hears what of places, waiting lists, sessions and cancelled events."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import classroom, courses, registrations
from lms.classroom import EventAttrs, SessionAttrs
from lms.courses import SubjectAttrs
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.notifications import KINDS, Mail, Notification
from tests import factories
from tests.registrations.conftest import composed, plan


def told() -> dict[str, list[str]]:
    """Who was told, by kind, since the last time; everybody got a note and a mail."""
    db.session.commit()
    ids = db.session.scalars(select(Change.id).order_by(Change.id)).all()
    assert not deliver(EventCenter.subscribers["notifications"], ids).waiting
    mails = db.session.scalars(select(Mail).where(Mail.state == "waiting").order_by(Mail.id)).all()
    found: dict[str, list[str]] = {}
    for mail in mails:
        found.setdefault(mail.kind, []).append(mail.user.name)
        mail.state = "sent"
    db.session.commit()
    return {kind: sorted(names) for kind, names in found.items() if kind in REGARDING}


REGARDING = {kind for kind, words in KINDS.items() if words.path.startswith("/events/")}


@pytest.fixture
def full(author, people):
    """One place, which A has; B and C wait."""
    event = plan(author, capacity=1)
    for person in people[:3]:
        registrations.register_self(event, person)
    assert told() == {"registered": ["Person A"], "waiting": ["Person B", "Person C"]}
    return event


def test_who_waits_is_told_the_place_in_the_list(full):
    letters = db.session.scalars(select(Mail).where(Mail.kind == "waiting").order_by(Mail.id)).all()
    assert [letter.params["place"] for letter in letters] == [1, 2]


def test_the_first_in_the_list_hears_of_the_place_and_who_left_that_it_is_gone(full, people):
    registrations.cancel(registrations.registration_of(people[0], full), people[0])
    assert told() == {"promoted": ["Person B"], "registration_cancelled": ["Person A"]}


def test_who_is_taken_out_by_a_planner_reads_why(full, people, author, app):
    registrations.cancel(registrations.registration_of(people[2], full), author, "The course is for nurses")
    assert told() == {"registration_cancelled": ["Person C"]}
    letter = db.session.scalars(select(Mail).where(Mail.kind == "registration_cancelled")).one()
    assert "cancelled by Arthur Author. The course is for nurses" in composed(letter, app).body
    assert letter.params["session_ids"] == []


def test_a_request_goes_to_the_managers_of_the_person_or_to_the_planners(author, admin, people, manager):
    event = plan(author, approval=True)
    told()
    first = registrations.register_self(event, people[1])
    assert told() == {"approval_asked": ["Mo Manager"]}
    registrations.register_self(event, people[3])
    assert told() == {"approval_asked": ["Ada Admin"]}
    registrations.approve(first, manager)
    registrations.decline(registrations.registration_of(people[3], event), "Not this year", author)
    assert told() == {"registered": ["Person B"], "declined": ["Person D"]}


def test_a_moved_session_is_told_to_who_comes_and_who_gives_it_once(full, people, author, organization):
    ines = factories.user(organization, "Ines", "instructor")
    [session] = full.sessions
    classroom.update_session(session, again(session, instructor_ids=[ines.id]), author)
    assert told() == {"teaching": ["Ines"]}
    classroom.update_session(session, again(session, location="Hall"), author)
    assert told() == {"session_changed": ["Ines", "Person A", "Person B", "Person C"]}
    classroom.update_session(session, again(session, instructor_ids=[]), author)
    assert told() == {"not_teaching": ["Ines"]}


def again(session, **changes) -> SessionAttrs:
    return SessionAttrs(**classroom.attrs_of(session).model_dump() | changes)


def test_who_is_enrolled_and_registered_hears_of_a_move_once(full, people, author):
    course = factories.course(author)
    courses.add_subject(course, SubjectAttrs(title="Drill", event_id=full.id), author)
    courses.publish_course(course, author)
    courses.enroll(course, [person.id for person in people[:5]], author)
    told()
    later = full.starts_at + timedelta(days=1)
    attrs = EventAttrs(title=full.title, capacity=1, starts_at=later, ends_at=later + timedelta(hours=1))
    classroom.update_event(full, attrs, author)
    assert told() == {
        "session_changed": ["Person A", "Person B", "Person C"], "event_changed": ["Person D", "Person E"],
    }  # fmt: skip


def test_only_who_has_a_place_gets_the_update_for_the_calendar(full, author, app):
    classroom.update_session(full.sessions[0], again(full.sessions[0], location="Hall"), author)
    told()
    letters = db.session.scalars(select(Mail).where(Mail.kind == "session_changed").order_by(Mail.id)).all()
    assert [len(composed(letter, app).attachments) for letter in letters] == [1, 0, 0]


def test_an_added_and_a_cancelled_session_are_told(full, people, author):
    later = full.starts_at + timedelta(days=1)
    extra = classroom.add_session(full, SessionAttrs(starts_at=later, ends_at=later + timedelta(hours=1)), author)
    assert told() == {"session_changed": ["Person A", "Person B", "Person C"]}
    classroom.cancel_session(extra, author)
    assert told() == {"session_cancelled": ["Person A", "Person B", "Person C"]}


def test_a_cancelled_event_is_told_once_to_everybody_concerned_with_the_reason(full, people, author, app):
    course = factories.course(author)
    courses.add_subject(course, SubjectAttrs(title="Drill", event_id=full.id), author)
    courses.publish_course(course, author)
    courses.enroll(course, [people[0].id, people[4].id], author)
    told()
    classroom.cancel_event(full, "The room is flooded", author)
    assert told() == {"event_cancelled": ["Person A", "Person B", "Person C", "Person E"]}
    letter = db.session.scalars(select(Mail).where(Mail.kind == "event_cancelled").order_by(Mail.id)).first()
    message = composed(letter, app)
    assert "The room is flooded" in message.body
    assert b"METHOD:CANCEL" in message.attachments[0].data


def test_every_kind_of_ours_has_a_note_with_all_its_words(full, people, author):
    registrations.cancel(registrations.registration_of(people[0], full), people[0])
    told()
    for note in db.session.scalars(select(Notification)):
        kind = KINDS[note.kind]
        assert "%(" not in str(kind.title) % note.params
        assert "%(" not in str(kind.text) % note.params
        assert kind.link(note.params)

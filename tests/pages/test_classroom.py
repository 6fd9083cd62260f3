"""Events through the pages: planning, coming, waiting, managers, attendance, the calendar, and what is refused."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import classroom, courses, registrations
from lms.classroom import Event, EventTemplate, Room, Session
from lms.courses import SubjectAttrs
from lms.db import db, utcnow
from lms.media import MediaFile
from lms.registrations import CalendarFeed, Registration
from tests import factories
from tests.registrations.conftest import begin, manager, people, plan  # noqa: F401 - fixtures


@pytest.fixture
def event(author) -> Event:
    """One place, next week."""
    return plan(author, capacity=1)


FILLED = {
    "title": "Sutures", "starts_at": "2030-05-01T09:00", "ends_at": "2030-05-01T11:00", "timezone": "Europe/Amsterdam",
}  # fmt: skip


def test_a_planner_plans_an_event_in_a_room_and_a_second_one_there_is_refused_beside_the_field(client_for, author):
    client = client_for(author)
    client.post("/rooms/new", data={"name": "Lab", "site": "North", "capacity": "8", "active": "y"})
    room = db.session.scalars(select(Room)).one()
    data = FILLED | {"room_id": room.id, "instructor_ids": [author.id], "capacity": "5", "approval": "y"}
    page = client.post("/events/new", data=data, follow_redirects=True)
    assert "The event is planned." in page.text
    assert "Lab, North" in page.text
    event = db.session.scalars(select(Event)).one()
    assert (event.capacity, event.approval, event.sessions[0].instructors) == (5, True, [author])
    page = client.post("/events/new", data=data)
    assert re.search(r'class="field-error"[^>]*>.*?Lab, North is taken by “Sutures”', page.text, re.DOTALL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "Fill this in."),
        ({"starts_at": "x"}, "field-error"),
        ({"ends_at": "2030-05-01T08:00"}, "The end must be after the start."),
        ({"capacity": "many"}, "Give a number."),
        ({"capacity": "0"}, "Give 1 or more."),
        ({"link": "javascript:alert(1)"}, "beginning with https://"),
        ({"room_id": "999"}, "Choose one from the list."),
        ({"timezone": "Mars"}, "Choose a time zone from the list."),
        ({"prerequisites": ["course"]}, "field-error"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_planned(client_for, author, change, message):
    factories.open_course(author)
    page = client_for(author).post("/events/new", data=FILLED | change)
    assert page.status_code == 200
    assert "field-error" in page.text
    assert message in page.text
    assert db.session.scalars(select(Event)).all() == []


def test_an_event_is_edited_moved_copied_repeated_kept_as_template_and_cancelled(client_for, author, event):
    client = client_for(author)
    edit = {"title": "New title", "starts_at": "2031-05-01T09:00", "ends_at": "2031-05-01T11:00", "capacity": "3"}
    assert "Saved." in client.post(f"/events/{event.id}/edit", data=edit, follow_redirects=True).text
    session = db.session.scalars(select(Session)).one()
    move = {"starts_at": "2031-05-02T09:00", "ends_at": "2031-05-02T11:00", "timezone": "Europe/Amsterdam"}
    client.post(f"/events/{event.id}/sessions/{session.id}/edit", data=move)
    client.post(f"/events/{event.id}/sessions/new", data=move | {"starts_at": "2031-05-02T10:00"})
    db.session.expire_all()
    assert (event.title, len(event.sessions), session.starts_at.day) == ("New title", 2, 2)
    client.post(f"/events/{event.id}/sessions/{session.id}/cancel")
    page = client.post(f"/events/{event.id}/again", data={"act": "copy"})
    assert "Give a date and a time." in page.text
    client.post(f"/events/{event.id}/again", data={"act": "copy", "starts_at": "2032-05-01T09:00"})
    client.post(f"/events/{event.id}/again", data={"act": "repeat", "every": "month", "times": "2"})
    assert len(db.session.scalars(select(Event)).all()) == 4
    assert (
        "The template is saved."
        in client.post(f"/events/{event.id}/template", data={"title": "Kind"}, follow_redirects=True).text
    )
    template = db.session.scalars(select(EventTemplate)).one()
    assert 'value="New title"' in client.get(f"/events/new?template={template.id}").text
    client.post(f"/events/templates/{template.id}/delete")
    page = client.post(f"/events/{event.id}/cancel", data={"reason": ""})
    assert "Say why" in page.text
    page = client.post(f"/events/{event.id}/cancel", data={"reason": "Flooded"}, follow_redirects=True)
    assert "This event is cancelled. Flooded" in page.text


def test_a_learner_registers_waits_and_gives_up(client_for, event, people):  # noqa: F811
    first, second = client_for(people[0]), client_for(people[1])
    page = first.post(f"/events/{event.id}/people/me", follow_redirects=True)
    assert "You have a place." in page.text
    page = second.post(f"/events/{event.id}/people/me", follow_redirects=True)
    assert "You are number 1 on the waiting list" in page.text
    row = registrations.registration_of(people[0], event)
    first.post(f"/events/{event.id}/people/{row.id}/cancel")
    assert "Has a place" in second.get(f"/events/{event.id}").text
    assert "Has a place" in second.get("/agenda/open").text
    page = first.post(f"/events/{event.id}/people/me", follow_redirects=True)
    assert "waiting list" in page.text


def test_refusals_say_what_to_do(client_for, author, people):  # noqa: F811
    event = plan(author, closes_at=utcnow() - timedelta(hours=1))
    client = client_for(people[0])
    assert "Registration is closed. Ask the planner" in client.get(f"/events/{event.id}").text
    refused = client.post(f"/events/{event.id}/people/me")
    assert (refused.status_code, "Ask the planner" in refused.text) == (409, True)


def test_a_manager_registers_and_approves_the_team_only(client_for, author, event, people, manager):  # noqa: F811
    client = client_for(manager)
    page = client.get(f"/events/{event.id}/people/add")
    assert ("Person A" in page.text, "Person B" in page.text, "Person C" in page.text) == (True, True, False)
    client.post(f"/events/{event.id}/people/add", data={"user_ids": [people[0].id]})
    assert client.post(f"/events/{event.id}/people/add", data={"user_ids": [people[2].id]}).status_code == 403
    asked = plan(author, days=9, approval=True)
    rows = [registrations.register_self(asked, person) for person in people[:3]]
    page = client.get("/agenda/team")
    assert ("Person B" in page.text, "Person C" in page.text) == (True, False)
    client.post(f"/events/{asked.id}/people/{rows[0].id}/approve")
    client.post(f"/events/{asked.id}/people/{rows[1].id}/decline?next=agenda", data={"reason": "Not now"})
    assert client.post(f"/events/{asked.id}/people/{rows[2].id}/approve").status_code == 404
    db.session.expire_all()
    assert [row.state for row in rows] == ["registered", "declined", "requested"]


def test_a_planner_adds_people_lets_in_and_cancels_with_a_reason(client_for, author, event, people):  # noqa: F811
    client = client_for(author)
    page = client.post(
        f"/events/{event.id}/people/add", data={"user_ids": [person.id for person in people[:3]]}, follow_redirects=True
    )
    assert "1 person is registered." in page.text
    assert "2 people wait for a place." in page.text
    rows = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert "goes first" in client.post(f"/events/{event.id}/people/{rows[2].id}/let-in", data={"reason": ""}).text
    client.post(f"/events/{event.id}/people/{rows[2].id}/let-in", data={"reason": "Urgent"})
    client.post(f"/events/{event.id}/people/{rows[1].id}/cancel", data={"reason": "Too late"})
    db.session.expire_all()
    assert [(row.state, row.reason) for row in rows] == [
        ("registered", ""), ("cancelled", "Too late"), ("registered", "Urgent"),
    ]  # fmt: skip


def test_attendance_is_marked_with_and_without_script_and_closing_writes_results(client_for, author, people):  # noqa: F811
    event = plan(author, capacity=4)
    course = factories.course(author)
    courses.add_subject(course, SubjectAttrs(title="Drill", event_id=event.id), author)
    courses.publish_course(course, author)
    row, other = (registrations.register_self(event, person) for person in people[:2])
    [session] = begin(event).sessions
    client, base = client_for(author), f"/events/{event.id}/sessions/{session.id}"
    tap = client.post(f"{base}/attendance/{row.id}", data={"state": "attended"}, headers={"X-Requested-With": "sheet"})
    assert (tap.status_code, "Saved" in tap.text, tap.text.count("<li")) == (200, True, 1)
    page = client.post(f"{base}/attendance/{other.id}", data={"state": "absent"}, follow_redirects=True)
    assert "Why Person B is absent" in page.text
    client.post(f"{base}/attendance/{other.id}", data={"state": "absent", "reason": "ill", "reason_given": "1"})
    assert registrations.marks(session)[other.id].reason == "ill"
    assert "Person A" in client.get(f"{base}/list").text
    assert client.get(f"{base}/present").text == "1"
    assert "Not enrolled in Fire safety: Person A, Person B" in client.get(f"/events/{event.id}/close").text
    page = client.post(f"/events/{event.id}/close", data={"enroll": "on"}, follow_redirects=True)
    assert "1 result is written" in page.text
    db.session.expire_all()
    assert (row.state, other.state) == ("attended", "absent")
    client.post(f"{base}/attendance/{row.id}", data={"state": "attended"})
    db.session.expire_all()
    assert row.state == "no_show", "the same tap again takes the mark back"


def test_somebody_scans_signs_in_and_checks_in(app, client_for, author, learner):
    event = plan(author)
    registrations.register_self(event, learner)
    [session] = begin(event, hours_ago=0).sessions
    wall = client_for(author)
    image = wall.get(f"/events/{event.id}/sessions/{session.id}/code.svg")
    assert (image.mimetype, image.headers["Cache-Control"], image.text[:4]) == ("image/svg+xml", "no-store", "<?xm")
    assert 0 < int(image.headers["X-Seconds-Left"]) <= 30
    client_for(learner)  # has a password now
    phone = app.test_client()
    code = registrations.code_of(session, utcnow())
    page = phone.get(f"/check-in/{session.id}/{code}", follow_redirects=True)
    assert "Sign in" in page.text
    phone.post("/login", data={"email": learner.email, "password": "a long password"})
    assert "I am here" in phone.get(f"/check-in/{session.id}").text
    assert "You are checked in" in phone.post(f"/check-in/{session.id}").text
    assert phone.get(f"/check-in/{session.id}/{'0' * 20}").status_code == 409
    late = client_for(learner)
    assert late.post(f"/check-in/{session.id}").status_code == 409, "who has not scanned does not check in"


def test_the_calendar_has_its_three_views_and_is_narrowed_to_a_room(client_for, author, learner):
    room = classroom.create_room(classroom.RoomAttrs(name="Lab"), author)
    event = plan(author, title="In the lab")
    attrs = classroom.attrs_of(event.sessions[0]).model_copy(update={"room_id": room.id})
    classroom.update_session(event.sessions[0], attrs, author)
    elsewhere = plan(author, title="Elsewhere")
    registrations.register_self(elsewhere, learner)
    day = event.starts_at.date()
    client = client_for(author)
    for view in ("month", "week", "list"):
        page = client.get(f"/agenda/?scope=all&view={view}&date={day}").text
        assert "In the lab" in page
        assert "Elsewhere" in page
        page = client.get(f"/agenda/?room={room.id}&view={view}&date={day}").text
        assert ("In the lab" in page, "Elsewhere" in page) == (True, False)
    mine = client_for(learner).get(f"/agenda/?view=week&date={day}").text
    assert ("In the lab" in mine, "Elsewhere" in mine) == (False, True)
    assert client.get("/agenda/?view=x&date=yesterday&room=abc").status_code == 200
    assert client.get("/agenda/?date=0001-01-01").status_code == 200


def test_the_private_calendar_needs_no_sign_in_and_ends_when_it_is_renewed(app, client_for, author, learner):
    registrations.register_self(plan(author, title="Sutures"), learner)
    client = client_for(learner)
    client.post("/agenda/feed")
    old = db.session.scalars(select(CalendarFeed.token)).one()
    assert old in client.get("/agenda/").text
    visitor = app.test_client()
    answer = visitor.get(f"/calendar/{old}.ics")
    assert (answer.mimetype, "SUMMARY:Sutures" in answer.text) == ("text/calendar", True)
    client.post("/agenda/feed")
    assert visitor.get(f"/calendar/{old}.ics").status_code == 404


def test_an_event_is_planned_from_a_course_with_its_room(client_for, author):
    course = factories.open_course(author)
    room = classroom.create_room(classroom.RoomAttrs(name="Lab"), author)
    client_for(author).post(f"/courses/{course.id}/subjects/new-event", data=FILLED | {"room_id": room.id})
    event = db.session.scalars(select(Event)).one()
    assert (event.sessions[0].room_id, event.location) == (room.id, "Lab")


def test_files_of_an_event_are_read_shared_by_its_copies_and_deleted_with_the_last(
    client_for, author, learner, stranger
):
    event = plan(author)
    client = client_for(author)
    upload = {"file": (io.BytesIO(b"Take the back door."), "way in.txt")}
    page = client.post(f"/events/{event.id}/files/", data=upload, follow_redirects=True)
    assert "way in.txt" in page.text
    copy = classroom.copy_event(event, event.starts_at + timedelta(days=7), author)
    [row], [other] = classroom.attachments(event), classroom.attachments(copy)
    path = f"/events/{event.id}/files/{row.id}/way%20in.txt"
    reader = client_for(learner)
    assert reader.get(path).data == b"Take the back door."
    assert reader.post(f"/events/{event.id}/files/{row.id}/delete").status_code == 403
    assert client_for(stranger).get(path).status_code == 404
    assert client.get(f"/events/{copy.id}/files/{row.id}/x").status_code == 404
    for event_id, id in ((event.id, row.id), (copy.id, other.id)):
        assert len(db.session.scalars(select(MediaFile)).all()) == 1
        client.post(f"/events/{event_id}/files/{id}/delete")
    assert db.session.scalars(select(MediaFile)).all() == []
    nothing = {"file": (io.BytesIO(b""), "empty.txt")}
    assert "This file is empty" in client.post(f"/events/{event.id}/files/", data=nothing, follow_redirects=True).text

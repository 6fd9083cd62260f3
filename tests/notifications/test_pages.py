"""The inbox and the preferences, as people use them."""

import pytest
from sqlalchemy import select

from lms import courses, notifications
from lms.db import db
from lms.notifications import Notification
from tests import factories
from tests.notifications.test_telling import tell


@pytest.fixture
def told(author, learner):
    """The learner was enrolled in a course, and a subject was added to it."""
    course = factories.open_course(author, title="Fire & smoke")
    courses.enroll(course, [learner.id], author)
    factories.subject(course, author, "Hoses <2>")
    tell()
    return course


def test_the_inbox_shows_what_happened_newest_first_and_counts_what_is_unread(client_for, learner, told):
    client = client_for(learner)
    page = client.get("/notifications/").text
    assert page.index("New in Fire &amp; smoke: Hoses &lt;2&gt;") < page.index("You are enrolled in Fire &amp; smoke")
    assert client.get("/notifications/unread").text == "2"


def test_opening_a_note_leads_to_the_course_and_marks_it_read(client_for, learner, told):
    client = client_for(learner)
    note = db.session.scalars(select(Notification).where(Notification.kind == "subject_added")).one()
    response = client.get(f"/notifications/{note.id}")
    assert response.location == f"/courses/{told.id}"
    assert client.get(response.location).status_code == 200
    assert client.get("/notifications/unread").text == "1"
    unread = client.get("/notifications/?show=unread").text
    assert "You are enrolled in" in unread
    assert "New in Fire" not in unread


def test_everything_is_marked_as_read_at_once(client_for, learner, told):
    client = client_for(learner)
    page = client.post("/notifications/read", follow_redirects=True)
    assert "Everything is marked as read." in page.text
    assert client.get("/notifications/unread").text == "0"


def test_nobody_opens_or_counts_the_notes_of_somebody_else(client_for, author, stranger, told):
    note = db.session.scalars(select(Notification)).first()
    for user in (author, stranger):
        client = client_for(user)
        assert client.get(f"/notifications/{note.id}").status_code == 404
        assert client.get("/notifications/unread").text == "0"
    db.session.refresh(note)
    assert note.read_at is None


def test_a_choice_is_kept_and_shown(client_for, learner):
    client = client_for(learner)
    page = client.post("/notifications/preferences", data={"subject_added": "off"}, follow_redirects=True)
    assert "Saved." in page.text
    assert notifications.preferences(learner)["subject_added"] == "off"
    assert notifications.preferences(learner)["enrolled"] == "mail"


@pytest.mark.parametrize("wish", [{"subject_added": "carrier pigeon"}, {"enrolled": "off", "subject_added": ""}])
def test_a_choice_there_is_not_is_refused_and_nothing_is_kept(client_for, learner, wish):
    page = client_for(learner).post("/notifications/preferences", data=wish)
    assert "Choose one from the list." in page.text
    assert set(notifications.preferences(learner).values()) == {"mail"}


def test_the_inbox_takes_as_many_statements_when_it_is_long(client_for, author, learner, told, statements):
    client = client_for(learner)
    client.get("/notifications/")
    numbers = []
    for _ in range(2):
        before = len(statements)
        assert client.get("/notifications/").status_code == 200
        numbers.append(len(statements) - before)
        for _ in range(5):
            factories.subject(told, author)
        tell()
    assert numbers[0] == numbers[1]

"""The outbox against real mail servers: healthy, refusing, hanging up, hung, absent."""

import re
import socket
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lms import accounts, notifications
from lms.db import db, utcnow
from lms.notifications import Mail
from lms.notifications.claiming import CHUNK
from tests import factories
from tests.notifications.conftest import refuse_sign_in

NEWS = {"actor": "Ann", "title": "Hoses", "course": "Fire", "course_id": 7, "object_id": 9}


@pytest.fixture
def people(organization):
    return [factories.user(organization, f"Person {number}") for number in range(5)]


@pytest.fixture
def letters(people):
    return [notifications.post_mail(person, "subject_added", NEWS) for person in people]


@pytest.fixture
def send(app):
    """Sends what is due; the server gets half a second to answer."""
    return lambda: notifications.send_waiting({**app.config, "MAIL_TIMEOUT": 0.5})


def states() -> list[tuple[str, int]]:
    """State and attempts of every mail, in the order of writing."""
    db.session.rollback()
    return [(row.state, row.attempts) for row in db.session.scalars(select(Mail).order_by(Mail.id))]


def make_due() -> None:
    """Let the waiting time pass."""
    db.session.execute(update(Mail).where(Mail.due_at.is_not(None)).values(due_at=utcnow()))
    db.session.commit()


def test_each_mail_goes_to_one_person_and_all_over_one_connection(post, people, letters, send):
    assert send() == 5
    assert post.recipients == [[person.email] for person in people]
    assert post.connections == 1
    assert states() == [("sent", 1)] * 5
    assert send() == 0


def test_more_than_a_chunk_is_sent_in_one_run_over_one_connection(app, post, people):
    for _ in range(41):
        for person in people:
            notifications.post_mail(person, "subject_added", NEWS)
    now = utcnow()
    assert notifications.send_waiting(app.config, clock=lambda: now) == 205
    assert post.connections == 1


def test_the_message_id_tells_which_row_it_is_so_that_a_repeat_shows(post, letters, send):
    send()
    db.session.execute(update(Mail).values(state="claimed", sent_at=None, due_at=utcnow()))
    db.session.commit()
    send()
    ids = [message["Message-ID"] for message in post.received]
    assert ids == [f"<mail-{letter.id}@127.0.0.1>" for letter in letters] * 2


def test_a_claim_is_left_alone_for_five_minutes_and_then_taken_over(post, letters, send):
    claimed_until = utcnow() + timedelta(minutes=5)
    db.session.execute(update(Mail).values(state="claimed", attempts=1, due_at=claimed_until))
    db.session.commit()
    assert send() == 0
    make_due()
    assert send() == 5


def test_an_address_refused_for_good_fails_and_the_others_are_sent(post, people, letters, send):
    post.answers[people[1].email] = "550 5.1.1 No such user"
    post.answers[people[3].email] = "450 4.2.1 Try later"
    assert send() == 3
    assert states() == [("sent", 1), ("failed", 1), ("sent", 1), ("waiting", 1), ("sent", 1)]
    assert "No such user" in letters[1].error
    del post.answers[people[3].email]
    assert send() == 0
    make_due()
    assert send() == 1
    assert states()[3] == ("sent", 2)


def test_a_run_goes_on_after_a_chunk_in_which_everything_is_refused(app, post, organization, people):
    post.answers[people[0].email] = "550 5.1.1 No such user"
    for _ in range(CHUNK):
        notifications.post_mail(people[0], "subject_added", NEWS)
    notifications.post_mail(people[1], "subject_added", NEWS)
    now = utcnow()
    assert notifications.send_waiting(app.config, clock=lambda: now) == 1


def test_after_a_drop_the_rest_goes_over_a_new_connection(post, letters, send):
    post.drops_after = 2
    assert send() == 4
    assert states() == [("sent", 1), ("sent", 1), ("waiting", 1), ("sent", 1), ("sent", 1)]
    assert post.connections == 2


def test_a_server_that_is_not_there_costs_no_attempt_and_everything_waits(mail_port, letters, send, start_server):
    assert send() == 0
    assert states() == [("waiting", 0)] * 5
    assert "Connection refused" in letters[0].error
    start_server()
    assert send() == 0
    make_due()
    assert send() == 5


def test_a_server_that_hangs_stops_the_run_instead_of_costing_its_timeout_for_every_mail(mail_port, letters, send):
    with socket.create_server(("127.0.0.1", mail_port)):
        began = utcnow()
        assert send() == 0
        assert utcnow() - began < timedelta(seconds=1.5)
    assert states() == [("waiting", 0)] * 5


def test_a_wrong_password_of_ours_fails_no_mail(app, start_server, letters, send):
    start_server(auth_required=True, auth_require_tls=False, authenticator=refuse_sign_in)
    app.extensions["mail"].username, app.extensions["mail"].password = "lms", "wrong"
    assert send() == 0
    assert states() == [("waiting", 0)] * 5
    assert "SMTPAuthenticationError" in letters[0].error


def test_a_mail_that_cannot_be_made_does_not_hold_up_those_behind_it(post, people, letters, send):
    people[0].name = "Two\nlines"
    db.session.commit()
    assert send() == 4
    assert states()[0] == ("waiting", 1)
    assert "BadHeaderError" in letters[0].error


def test_somebody_deactivated_meanwhile_gets_nothing(post, admin, people, letters, send):
    accounts.deactivate_user(people[2], admin)
    assert send() == 4
    assert states()[2] == ("suppressed", 1)


def test_after_the_last_attempt_a_mail_has_failed(post, people, letters, send):
    post.answers[people[0].email] = "450 4.2.1 Try later"
    db.session.execute(update(Mail).where(Mail.id == letters[0].id).values(attempts=79))
    db.session.commit()
    send()
    assert states()[0] == ("failed", 80)


def test_a_link_to_choose_a_password_is_made_when_sent_and_works(app, post, people, send):
    letter = notifications.post_mail(people[0], "password_reset", {})
    assert send() == 1
    text = post.received[0].get_body(("plain",)).get_content()
    path = re.search(r"http://127\.0\.0\.1:5000(/reset/\S+)", text).group(1)
    db.session.refresh(letter)
    assert letter.params == {}
    page = app.test_client().post(path, data={"password": "correct horse", "password_confirm": "correct horse"})
    assert page.status_code == 302
    db.session.refresh(people[0])
    assert people[0].password_changed_at is not None


def test_html_in_names_is_text_in_the_mail_and_the_footer_leads_to_the_preferences(post, people, send):
    params = {"actor": "<b>Eve</b>", "title": "A & B", "course": "Fire", "course_id": 7, "object_id": 9}
    notifications.post_mail(people[0], "subject_added", params)
    send()
    message = post.received[0]
    html, text = (message.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert message["Subject"] == "New in Fire: A & B"
    assert "&lt;b&gt;Eve&lt;/b&gt; added the subject A &amp; B" in html
    assert "<b>Eve</b> added the subject A & B" in text
    assert "http://127.0.0.1:5000/courses/7" in text
    assert "http://127.0.0.1:5000/notifications/preferences" in html
    assert "http://127.0.0.1:5000/notifications/preferences" in text

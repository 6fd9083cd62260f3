"""No more mails of a kind: from the mail's header by its reader's program (RFC 8058), and by its reader."""

import re
from datetime import timedelta

import pytest

from lms import notifications
from lms.db import utcnow
from lms.notifications.signing import unsubscribe_token
from tests.notifications.test_hearing import news


@pytest.fixture
def mail(app, post, learner):
    """A mail about a course, as it was received."""
    news(learner, "Hoses", utcnow() - timedelta(minutes=10), 1)
    notifications.send_waiting(app.config)
    return post.received[0]


@pytest.fixture
def path(mail) -> str:
    return re.fullmatch(r"<http://127\.0\.0\.1:5000(/unsubscribe/\S+)>", mail["List-Unsubscribe"])[1]


def test_the_header_says_how_and_its_address_is_as_it_is(mail, path):
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "=?" not in mail["List-Unsubscribe"]
    assert f"http://127.0.0.1:5000{path}" in mail.get_body(("plain",)).get_content()


def test_a_mail_program_posts_without_signing_in_and_no_more_mail_of_that_kind_comes(app, post, learner, path):
    visitor = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = visitor.post(path, data={"List-Unsubscribe": "One-Click"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 200
    assert notifications.preferences(learner)["subject_added"] == "in_app"
    assert notifications.preferences(learner)["enrolled"] == "mail"
    news(learner, "Pumps", utcnow() - timedelta(minutes=10), 2)
    assert notifications.send_waiting(app.config) == 0
    assert visitor.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_looking_at_the_address_asks_first_because_scanners_look_at_every_address(app, learner, path):
    page = app.test_client().get(path)
    assert page.status_code == 200
    assert "A subject is added to a course of yours" in page.text
    assert notifications.preferences(learner)["subject_added"] == "mail"


def test_a_mail_that_is_waiting_when_its_reader_unsubscribes_does_not_go(app, post, learner, path):
    news(learner, "Pumps", utcnow() - timedelta(minutes=10), 2)
    app.test_client().post(path)
    assert notifications.send_waiting(app.config) == 0


@pytest.mark.parametrize("change", [("subject_added", "enrolled"), ("/unsubscribe/", "/unsubscribe/1")])
def test_an_address_that_somebody_made_up_is_not_found(app, learner, path, change):
    assert app.test_client().post(path.replace(*change)).status_code == 404
    assert app.test_client().get("/unsubscribe/nonsense").status_code == 404
    assert set(notifications.preferences(learner).values()) == {"mail"}


def test_a_kind_that_cannot_be_switched_off_has_no_such_address(app, post, learner):
    notifications.post_mail(learner, "password_reset", {})
    notifications.send_waiting(app.config)
    assert post.received[0]["List-Unsubscribe"] is None
    token = unsubscribe_token(learner.id, "password_reset", app.config["SECRET_KEY"])
    app.test_client().post(f"/unsubscribe/{token}")
    notifications.post_mail(learner, "password_reset", {})
    assert notifications.send_waiting(app.config) == 1

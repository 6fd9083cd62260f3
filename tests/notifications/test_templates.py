"""Words that an administrator writes: a few variables, no code, looked at and tried before they are used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import notifications
from lms.db import db, utcnow
from lms.errors import Invalid
from lms.notifications import MailTemplate
from lms.notifications.words import VARIABLE, filled
from tests.notifications.test_hearing import news

PATH = "/admin/mail-templates/subject_added/en"


@pytest.fixture
def client(client_for, admin):
    return client_for(admin)


def test_the_editor_begins_with_the_built_in_words_in_each_language(client):
    page = client.get(PATH).text
    assert "New in {course}: {title}" in page
    assert "{actor} added the subject {title} to the course {course}." in page
    assert "{course}" in client.get("/admin/mail-templates/subject_added/nl").text


def test_mails_say_what_was_saved_until_it_is_taken_back(app, post, client, learner):
    text = "Dear {name}, see {course}.\n\nRegards & <b>greetings</b>"
    words = {"subject": "Look: {title}", "text": text, "save": "1"}
    assert "Saved." in client.post(PATH, data=words, follow_redirects=True).text
    news(learner, "{name} Hoses", utcnow(), 1)
    notifications.send_waiting(app.config, clock=lambda: utcnow().replace(year=2030))
    message = post.received[0]
    assert message["Subject"] == "Look: {name} Hoses"
    html, text = (message.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert "Dear Lea Learner, see Fire." in text
    assert "&lt;b&gt;greetings&lt;/b&gt;" in html
    client.post(f"{PATH}/reset")
    news(learner, "Pumps", utcnow(), 2)
    notifications.send_waiting(app.config, clock=lambda: utcnow().replace(year=2030))
    assert post.received[1]["Subject"] == "New in Fire: Pumps"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"subject": "{course} {user.password}", "text": "x"}, "{user.password} is not known here."),
        ({"subject": "x", "text": "{config}"}, "{config} is not known here."),
        ({"subject": "x", "text": "{organization}"}, "{organization} is not known here."),
        ({"subject": "x", "text": "y" * 5001}, "Use at most 5000 characters."),
        ({"subject": "", "text": "y"}, "Fill this in."),
    ],
)
def test_what_is_not_known_is_refused_beside_the_field_and_nothing_is_kept(client, words, message):
    assert message in client.post(PATH, data=words | {"save": "1"}).text
    assert db.session.scalars(select(MailTemplate)).all() == []


def test_code_of_a_template_language_is_text(app, admin):
    for words in ("{{ 7 * 7 }}", "{% if course %}"):
        with pytest.raises(Invalid):
            notifications.save_template("subject_added", "en", "x", words, admin)
    html = notifications.preview("subject_added", "en", "x", "} %(course)s {", admin, app.config).html
    assert "} %(course)s {" in html


@given(st.text(max_size=50), st.text(max_size=20))
def test_a_value_is_never_read_as_a_template(text, value):
    out = filled("<{course}>" + VARIABLE.sub("", text), {"course": value}, "Somebody")
    assert out.startswith(f"<{value}>")


def test_the_preview_shows_what_is_in_the_form_and_may_not_act(client):
    shown = client.post(f"{PATH}/preview", data={"subject": "Try {title}", "text": "Hello {actor}"})
    assert "Try Fire extinguishers" in shown.text
    assert "Hello Bram Bos" in shown.text
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    problem = client.post(f"{PATH}/preview", data={"subject": "{x}", "text": "y"})
    assert "{x} is not known here." in problem.text


def test_a_test_mail_says_what_is_in_the_form_without_saving_it(app, post, client, admin):
    page = client.post(PATH, data={"subject": "Try {title}", "text": "Hello {actor}", "test": "1"})
    assert admin.email in page.text
    notifications.send_waiting(app.config)
    assert post.received[0]["Subject"] == "Try Fire extinguishers"
    assert db.session.scalars(select(MailTemplate)).all() == []


def test_a_test_mail_of_an_invitation_lets_nobody_in(app, post, client):
    path = "/admin/mail-templates/password_reset/en"
    client.post(path, data={"subject": "New password", "text": "Hello {name}", "test": "1"})
    notifications.send_waiting(app.config)
    assert "/reset/example" in post.received[0].get_body(("plain",)).get_content()


def test_only_administrators_write_them_and_a_kind_there_is_not_is_not_found(client, client_for, author):
    assert client_for(author).get(PATH).status_code == 403
    assert client.get("/admin/mail-templates/nonsense/en").status_code == 404
    assert client.get("/admin/mail-templates/enrolled/xx").status_code == 404

"""Every mail with its state: found, looked at, sent again."""

import pytest
from sqlalchemy import select, update

from lms import notifications
from lms.db import db
from lms.notifications import Mail
from tests import factories
from tests.notifications.test_outbox import NEWS, states


@pytest.fixture
def mails(organization, learner):
    """One waiting, one failed, one suppressed."""
    people = [learner, factories.user(organization, "Fay Failed"), factories.user(organization, "Sue Suppressed")]
    rows = [notifications.post_mail(person, "enrolled", NEWS) for person in people]
    settle(rows[1], state="failed", error="550 no such mailbox")
    settle(rows[2], state="suppressed", reason="away")
    return rows


def settle(mail: Mail, **values) -> None:
    db.session.execute(update(Mail).where(Mail.id == mail.id).values(due_at=None, **values))
    db.session.commit()


@pytest.fixture
def client(client_for, admin):
    return client_for(admin)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Lea Learner", "Fay Failed", "Sue Suppressed"}),
        ("state=failed", {"Fay Failed"}),
        ("q=no+such+mailbox", {"Fay Failed"}),
        ("q=SUE", {"Sue Suppressed"}),
        ("kind=invitation", set()),
    ],
)
def test_they_are_found_by_state_kind_and_words(client, mails, query, shown):
    page = client.get(f"/admin/mails/?{query}").text
    names = {"Lea Learner", "Fay Failed", "Sue Suppressed"}
    assert {name for name in names if name in page} == shown


def test_one_is_found_by_its_message_id(client, mails):
    page = client.get(f"/admin/mails/?q=<mail-{mails[1].id}@127.0.0.1>").text
    assert "Fay Failed" in page
    assert "Sue Suppressed" not in page


def test_one_is_shown_with_why_it_was_not_sent_and_how_it_looks(client, mails):
    page = client.get(f"/admin/mails/{mails[2].id}").text
    assert "This person was away." in page
    assert "Ann enrolled you in the course Fire." in page
    body = client.get(f"/admin/mails/{mails[2].id}/body")
    assert "Ann enrolled you in the course Fire." in body.text
    assert body.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_look_at_a_password_reset_shows_no_link_that_lets_anybody_in(client, learner):
    mail = notifications.post_mail(learner, "password_reset", {})
    assert "/reset/example" in client.get(f"/admin/mails/{mail.id}").text


def test_one_that_failed_goes_again_as_the_same_mail(app, post, client, mails):
    client.post(f"/admin/mails/{mails[1].id}/again")
    assert notifications.send_waiting(app.config) == 2
    assert f"<mail-{mails[1].id}@127.0.0.1>" in [message["Message-ID"] for message in post.received]


def test_one_that_was_sent_goes_again_as_a_new_mail_that_no_server_drops_as_a_repeat(app, post, client, learner):
    mail = notifications.post_mail(learner, "enrolled", NEWS)
    notifications.send_waiting(app.config)
    client.post(f"/admin/mails/{mail.id}/again")
    assert notifications.send_waiting(app.config) == 1
    assert len({message["Message-ID"] for message in post.received}) == 2


def test_all_that_match_and_were_not_sent_go_again_at_once(client, mails):
    client.post("/admin/mails/again?state=failed")
    assert [state for state, _attempts in states()] == ["waiting", "waiting", "suppressed"]
    client.post("/admin/mails/again")
    assert [state for state, _attempts in states()] == ["waiting"] * 3


def test_one_that_waits_is_not_sent_twice(client, mails):
    assert client.post(f"/admin/mails/{mails[0].id}/again").status_code == 409


def test_only_administrators_of_the_organization_see_them(client_for, author, stranger, mails):
    assert client_for(author).get("/admin/mails/").status_code == 403
    foreign = client_for(stranger)
    assert "Fay Failed" not in foreign.get("/admin/mails/").text
    for method, path in (("get", ""), ("get", "/body"), ("post", "/again")):
        assert getattr(foreign, method)(f"/admin/mails/{mails[1].id}{path}").status_code == 404
    foreign.post("/admin/mails/again")
    assert db.session.scalars(select(Mail.state).where(Mail.id == mails[1].id)).one() == "failed"


def test_the_list_takes_as_many_statements_when_it_is_long(client, learner, statements):
    numbers = []
    for _ in range(2):
        notifications.post_mail(learner, "enrolled", NEWS)
        client.get("/admin/mails/")
        before = len(statements)
        client.get("/admin/mails/")
        numbers.append(len(statements) - before)
        for _ in range(10):
            notifications.post_mail(learner, "enrolled", NEWS)
    assert numbers[0] == numbers[1]

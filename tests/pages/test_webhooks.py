"""Webhooks through the pages."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lms import webhooks
from lms.db import db
from lms.webhooks import EndpointAttrs, WebhookEndpoint, WebhookMessage

PLACE = "/exchange/webhooks/"
GOOD = {"title": "Personnel", "url": "https://hooks.example/lms", "types": ["User", "Result"], "enabled": "y"}


@pytest.fixture
def endpoint(admin):
    return webhooks.create_endpoint(EndpointAttrs(title="Personnel", url="https://hooks.example/lms"), admin)


@pytest.fixture
def failed(endpoint, admin):
    message = webhooks.send_test(endpoint, admin)
    message.state, message.due_at, message.error = "failed", None, "The answer was 500 Broken"
    db.session.add(
        webhooks.WebhookAttempt(
            message_id=message.id, at=datetime.now(UTC), url=endpoint.url, request_headers={"webhook-id": message.uid},
            status=500, headers={"Server": "<b>bold</b>"}, body="<script>alert(1)</script>", error=message.error,
            milliseconds=12,
        )
    )  # fmt: skip
    db.session.commit()
    return message


def test_the_pages_are_for_administrators(client_for, author, endpoint):
    client = client_for(author)
    for path in ("", "new", f"{endpoint.id}", f"{endpoint.id}/edit"):
        assert client.get(PLACE + path).status_code == 403
    assert "Webhooks" not in client.get("/").text


def test_a_secret_is_shown_once(client_for, admin):
    client = client_for(admin)
    page = client.post(f"{PLACE}new", data=GOOD)
    secret = re.search(r'value="(whsec_[^"]+)"', page.text)[1]
    endpoint = db.session.scalars(select(WebhookEndpoint)).one()
    assert (secret, endpoint.types, endpoint.enabled) == (endpoint.secret, ["User", "Result"], True)
    for path in ("", f"{endpoint.id}", f"{endpoint.id}/edit", f"{endpoint.id}/secret"):
        assert "whsec_" not in client.get(PLACE + path).text


BAD = [
    ("url", "http://hooks.example/", "Give an address that begins with https://."),
    ("url", "https://127.0.0.1/", "This is an address of an internal network."),
    ("url", "", "Fill this in."), ("title", "", "Fill this in."), ("types", ["Mail"], "Choose from the list."),
]  # fmt: skip


def test_what_cannot_be_is_said_beside_the_field(client_for, admin):
    client = client_for(admin)
    for field, value, message in BAD:
        page = client.post(f"{PLACE}new", data={**GOOD, field: value})
        assert re.search(rf'class="field-error" id="{field}-error".*?{re.escape(message)}', page.text, re.DOTALL)
    assert db.session.scalar(select(WebhookEndpoint)) is None


def test_an_endpoint_is_changed_and_removed(client_for, admin, endpoint):
    client = client_for(admin)
    id = endpoint.id
    client.post(f"{PLACE}{id}/edit", data={"title": "Other", "url": "https://other.example/"})
    db.session.expire_all()
    assert (endpoint.title, endpoint.url, endpoint.enabled) == ("Other", "https://other.example/", False)
    client.post(f"{PLACE}{id}/delete")
    assert client.get(f"{PLACE}{id}").status_code == 404


def test_a_secret_is_rotated(client_for, admin, endpoint):
    old = endpoint.secret
    page = client_for(admin).post(f"{PLACE}{endpoint.id}/secret", data={"hours": "24"})
    db.session.expire_all()
    assert endpoint.secret in page.text
    assert (endpoint.old_secret, endpoint.secret != old) == (old, True)


def test_the_log_shows_request_and_answer_and_escapes_what_strangers_wrote(client_for, admin, failed):
    client = client_for(admin)
    page = client.get(f"{PLACE}messages/{failed.id}").text
    for shown in (failed.uid, "The answer was 500 Broken", "POST https://hooks.example/lms", "12 ms"):
        assert shown in page
    assert "<script>alert" not in page
    assert "<b>bold" not in page


def test_the_log_is_filtered_by_state_and_words(client_for, admin, failed):
    client = client_for(admin)
    there = ("state=failed", "state=", "state=strange", "q=500+broken", "q=webhook.test")
    for asked in (*there, "state=sent", "state=waiting", "q=course"):
        page = client.get(f"{PLACE}{failed.endpoint_id}?{asked}").text
        assert (f"messages/{failed.id}" in page) is (asked in there)


def test_one_is_sent_again_and_so_are_all_that_failed_since_a_day(client_for, admin, failed):
    client = client_for(admin)
    client.post(f"{PLACE}messages/{failed.id}/replay")
    assert db.session.scalars(select(WebhookMessage.state)).all() == ["waiting"]
    assert client.post(f"{PLACE}messages/{failed.id}/replay").status_code == 409
    db.session.refresh(failed)
    failed.state = "failed"
    db.session.commit()
    replay = f"{PLACE}{failed.endpoint_id}/replay"
    assert "Choose the day" in client.post(replay, data={"since": ""}, follow_redirects=True).text
    assert "0 messages" in client.post(replay, data={"since": "2999-01-01"}, follow_redirects=True).text
    assert "1 message is" in client.post(replay, data={"since": "2020-01-01"}, follow_redirects=True).text


def test_a_test_is_made(client_for, admin, endpoint):
    page = client_for(admin).post(f"{PLACE}{endpoint.id}/test", follow_redirects=True)
    assert "lms.webhook.test" in page.text
    assert db.session.scalars(select(WebhookMessage.type)).all() == ["lms.webhook.test"]


def test_another_organizations_endpoint_and_message_do_not_exist(client_for, stranger, failed):
    client = client_for(stranger)
    one, message = f"{PLACE}{failed.endpoint_id}", f"{PLACE}messages/{failed.id}"
    for path in (one, f"{one}/edit", f"{one}/secret", message):
        assert client.get(path).status_code == 404
    acts = ("/edit", "/secret", "/delete", "/test", "/replay")
    for path in (*(one + act for act in acts), f"{message}/replay"):
        assert client.post(path, data={**GOOD, "hours": 0, "since": "2020-01-01"}).status_code == 404
    db.session.expire_all()
    assert (failed.state, failed.endpoint.title) == ("failed", "Personnel")


def test_a_list_costs_the_same_whatever_its_length(client_for, admin, endpoint, statements):
    client = client_for(admin)

    def count() -> int:
        statements.clear()
        client.get(PLACE)
        return len(statements)

    few = count()
    for number in range(10):
        webhooks.create_endpoint(EndpointAttrs(title=str(number), url="https://hooks.example/"), admin)
    assert count() == few

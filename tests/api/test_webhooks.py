"""Webhook endpoints by call."""

from sqlalchemy import select

from lms.db import db
from lms.webhooks import WebhookEndpoint, new_secret

GOOD = {"title": "HR", "url": "https://hooks.example/", "types": ["User"]}


def test_a_program_brings_the_secret_and_never_reads_it(program):
    secret = new_secret()
    answer = program.post("/webhook-endpoints", {**GOOD, "secret": secret})
    assert (answer.status_code, answer.json["types"], answer.json["enabled"]) == (201, ["User"], True)
    assert secret not in answer.text + program.get("/webhook-endpoints").text
    assert db.session.scalars(select(WebhookEndpoint.secret)).one() == secret


def test_it_is_changed_and_keeps_its_secret(program):
    id = program.post("/webhook-endpoints", GOOD).json["id"]
    before = db.session.scalars(select(WebhookEndpoint.secret)).one()
    answer = program.change(f"/webhook-endpoints/{id}", {"actions": ["deleted"], "enabled": False})
    assert (answer.status_code, answer.json["actions"], answer.json["enabled"]) == (200, ["deleted"], False)
    assert db.session.scalars(select(WebhookEndpoint.secret)).one() == before


def test_what_cannot_be_is_refused_by_field(program):
    for field, value in (("url", "https://10.0.0.1/"), ("url", "x"), ("types", ["Mail"]), ("secret", "whsec_x")):
        answer = program.post("/webhook-endpoints", {**GOOD, field: value})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


def test_an_endpoint_is_told_everything_so_it_needs_a_scope_of_its_own(program_of, admin):
    others = ("exchange:write", "people:write", "oversight:read", "webhooks:read")
    assert program_of(admin, *others).post("/webhook-endpoints", GOOD).status_code == 403
    assert program_of(admin, "webhooks:write").post("/webhook-endpoints", GOOD).status_code == 201
    assert program_of(admin, "webhooks:read").get("/webhook-endpoints").json["data"]

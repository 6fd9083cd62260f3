"""Keys and tokens: who is let in, and how far."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import keys
from lms.db import db, utcnow
from lms.keys import ApiKey, KeyAttrs
from lms.views.api import limits


def test_without_a_key_nobody_is_let_in(app):
    for bearer in ("", "Bearer nonsense", "Bearer lms_1234.secret", "Basic eDp5", "Bearer é"):
        answer = app.test_client().get("/api/v1/people", headers={"Authorization": bearer})
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_does_what_its_scopes_say(program_of, admin):
    program = program_of(admin, "people:read")
    assert program.get("/people").status_code == 200
    assert program.get("/courses").status_code == 403
    assert program.post("/people", {"name": "A", "email": "a@harbour.example"}).status_code == 403


def test_whoever_may_write_may_read(program_of, admin):
    assert program_of(admin, "courses:write").get("/courses").status_code == 200


def test_a_key_is_no_longer_good_once_revoked_or_expired(program_of, admin):
    program = program_of(admin)
    key = db.session.scalars(select(ApiKey)).one()
    assert program.get("/people").status_code == 200
    db.session.refresh(key)
    assert key.last_used_at is not None
    key.expires_at = utcnow() - timedelta(seconds=1)
    db.session.commit()
    assert program.get("/people").status_code == 401
    key.expires_at = None
    keys.revoke_key(key, admin)
    assert program.get("/people").status_code == 401


def test_the_secret_is_nowhere_in_the_database_or_in_what_is_broadcast(admin, statements):
    key, secret = keys.create_key(KeyAttrs(name="HR", scopes=["people:read"]), admin)
    row = db.session.execute(select(ApiKey.__table__)).one()
    assert secret not in str(tuple(row))
    from_change = db.session.connection().exec_driver_sql("SELECT * FROM changes").all()
    assert secret not in str(from_change)
    assert key.secret_hash not in str(from_change)


def token(app, key, secret, **more):
    form = {"grant_type": "client_credentials", "client_id": key.client_id, "client_secret": secret} | more
    return app.test_client().post("/api/v1/token", data=form)


def test_a_key_is_traded_for_a_token_that_ends_with_the_key(app, admin):
    key, secret = keys.create_key(KeyAttrs(name="HR", scopes=["people:read", "courses:read"]), admin)
    answer = token(app, key, secret, scope="people:read")
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert app.test_client().get("/api/v1/people", headers=bearer).status_code == 200
    assert app.test_client().get("/api/v1/courses", headers=bearer).status_code == 403
    keys.revoke_key(key, admin)
    assert app.test_client().get("/api/v1/people", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "courses:write"}, 400, "invalid_scope"),
    ],
)
def test_a_token_is_refused_as_oauth_wants_it(app, admin, more, status, error):
    key, secret = keys.create_key(KeyAttrs(name="HR", scopes=["people:read"]), admin)
    answer = token(app, key, secret, **more)
    assert (answer.status_code, answer.json["error"]) == (status, error)


def test_who_asks_too_much_is_told_when_to_come_back(app, program, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setitem(app.config, "RATELIMIT_STORAGE_URI", "memory://")
    monkeypatch.setitem(app.config, "API_RATE", 2)
    limits.register(app)
    answers = [program.get("/people") for _ in range(6)]  # so many that it holds across the turn of a minute, too
    assert answers[0].status_code == 200
    assert answers[0].headers["RateLimit-Policy"] == '"api";q=2;w=60'
    assert answers[0].headers["RateLimit"].startswith('"api";r=1;t=')
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert refused[0].mimetype == "application/problem+json"

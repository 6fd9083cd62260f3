"""What operators look at: is it up, can it work, how far is each subscriber."""

from datetime import timedelta

import pytest
from alembic.migration import MigrationContext
from flask_migrate import stamp
from sqlalchemy import text, update

from lms import courses
from lms.courses import CourseAttrs
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.events import Change, EventCenter


@pytest.fixture
def migrated(app):
    """The database says that it has every migration."""
    stamp()
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


def figures(app, **headers: str) -> dict[str, float]:
    """What /metrics says, by name and labels."""
    lines = app.test_client().get("/metrics", headers=headers).text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_a_process_that_answers_is_alive_without_asking_the_database(app, statements):
    assert app.test_client().get("/healthz").json == {"status": "ok"}
    assert statements == []


def test_a_database_with_every_migration_is_ready(app, migrated):
    response = app.test_client().get("/readyz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_a_database_without_the_latest_migration_is_not(app):
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is None
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.json["status"].startswith("the database is at migration None, this version needs 0")


def test_metrics_tell_the_lag_of_each_subscriber(app, author, course):
    courses.update_course(course, CourseAttrs(title="Other"), author)
    db.session.execute(update(Change).values(created_at=utcnow() - timedelta(seconds=90)))
    db.session.commit()
    deliver(EventCenter.subscribers["audits"], [change.id for change in Change.query])
    seen = figures(app)
    assert seen['lms_lag_seconds{subscriber="audits"}'] == 0
    assert 90 <= seen['lms_lag_seconds{subscriber="activities"}'] < 120


def test_metrics_tell_how_long_pages_took(app):
    name = 'lms_request_seconds_count{page="health.alive",status="200"}'
    before = figures(app).get(name, 0)
    app.test_client().get("/healthz")
    assert figures(app)[name] == before + 1


def test_metrics_are_for_this_machine_or_for_who_has_the_token(app, monkeypatch):
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "a secret")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a secret"}).status_code == 200

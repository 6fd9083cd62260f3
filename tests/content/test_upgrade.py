"""What was written before there were blocks and versions is still there, and can still be learned."""

import json

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from lms import create_app
from lms.db import db
from tests import services


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def old_app(request, tmp_path):
    """An installation as it was before, with one content of two pages."""
    if request.param == "sqlite":
        yield create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'm.sqlite3'}", BROKER_URL=None)
    else:
        with services.own_database() as url:
            uri = url.replace("postgresql://", "postgresql+psycopg://", 1)
            yield create_app(SQLALCHEMY_DATABASE_URI=uri, BROKER_URL=None)


def put(table: str, **values) -> None:
    names = [*values, "created_at", "updated_at"]
    row = {**values, "created_at": "2026-01-01 00:00:00+00:00", "updated_at": "2026-01-01 00:00:00+00:00"}
    marks = ", ".join(f":{name}" for name in names)
    db.session.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"), row)


def rows(statement: str) -> list[tuple]:
    return [tuple(row) for row in db.session.execute(text(statement))]


def test_texts_become_blocks_and_version_1_and_back(old_app):
    with old_app.app_context():
        upgrade(revision="0010")
        put("organizations", id=1, name="Hospital", slug="hospital", timezone="UTC", locale="en")
        put("contents", id=1, title="Ladders", summary="", organization_id=1)
        put("contents", id=2, title="Nothing yet", summary="", organization_id=1)
        put("courses", id=1, title="Course", summary="", description="", status="draft", self_enrollment=False,
            organization_id=1)  # fmt: skip
        put("subjects", id=1, title="Subject", course_id=1, content_id=1, position=1, organization_id=1)
        for number, body in enumerate(("<p>Feet.</p>", "<p>Rungs.</p>"), start=1):
            page = {"content_id": 1, "position": number, "title": f"Page {number}", "organization_id": 1}
            put("content_pages", id=number, body=body, **page)
        db.session.commit()
        upgrade(revision="0014")
        assert rows("SELECT id, version, has_changes FROM contents ORDER BY id") == [(1, 1, False), (2, None, True)]
        [(number, title, pages)] = rows("SELECT number, title, pages FROM content_versions")
        pages = json.loads(pages) if isinstance(pages, str) else pages
        assert (number, title) == (1, "Ladders")
        assert [page["blocks"][0]["html"] for page in pages] == ["<p>Feet.</p>", "<p>Rungs.</p>"]
        db.session.rollback()
        downgrade(revision="0010")
        assert rows("SELECT body FROM content_pages ORDER BY id") == [("<p>Feet.</p>",), ("<p>Rungs.</p>",)]
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()

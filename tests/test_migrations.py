"""Migrations build what the models say, forward and back, on SQLite and PostgreSQL."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from lms import create_app
from lms.db import db
from tests import services


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def empty_app(request, tmp_path):
    if request.param == "sqlite":
        yield create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'm.sqlite3'}", BROKER_URL=None)
    else:
        with services.own_database() as url:
            uri = url.replace("postgresql://", "postgresql+psycopg://", 1)
            yield create_app(SQLALCHEMY_DATABASE_URI=uri, BROKER_URL=None)


def test_models_and_migrations_agree(empty_app):
    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), db.metadata)
        ours = [difference for difference in differences if "probe_effects" not in repr(difference)]
        db.engine.dispose()
    assert ours == []


def test_a_downgrade_leaves_nothing_behind(empty_app):
    with empty_app.app_context():
        upgrade()
        downgrade(revision="base")
        tables = inspect(db.engine).get_table_names()
        db.engine.dispose()
    assert tables == ["alembic_version"]

"""Fixtures: an application on an empty database, people to act as, and clients signed in as them.

`DATABASE_URL` names another server than the embedded SQLite; the tests then make a database of their own on it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import delete, event, update
from xdist.scheduler import LoadScopeScheduling

from lms import create_app
from lms.accounts import Department, Organization, User
from lms.courses import Course
from lms.db import db
from tests import factories, services

TOGETHER = {"browser": "site", "workers": "brokers", "test_bench.py": "brokers"}
"""Folders and files whose tests share a site, or the queues of a broker: they stay in one process."""


def part_of(nodeid: str) -> str:
    """What a test shares with others: its folder's site or brokers, or nothing but its file."""
    path = nodeid.split("::")[0].removeprefix("tests/")
    return TOGETHER.get(path.split("/")[0], path)


class ByPart(LoadScopeScheduling):
    """Gives each process whole parts; xdist's own groups do nothing with this version of pytest."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPart:
    """Where several processes share the tests (`make test`)."""
    return ByPart(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The parts that take longest come first."""
    items.sort(key=lambda item: part_of(item.nodeid) not in TOGETHER.values())


class Visitor(FlaskClient):
    """A test client whose requests have contexts of their own, as in a server, not the test's."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        return Context().run(super().open, *args, **{"buffered": True, **kwargs})


@pytest.fixture(scope="session")
def installation_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all tests, without a broker: what is published is left to the relay."""
    folder: Path = tmp_path_factory.mktemp("instance")
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("LMS_TRANSFER", str(folder / "transfer"))
        url = f"sqlite:///{folder / 'lms.sqlite3'}"
        if os.environ.get("DATABASE_URL"):
            url = stack.enter_context(services.own_database(os.environ["DATABASE_URL"]))
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        app = create_app(
            SQLALCHEMY_DATABASE_URI=url, BROKER_URL=None, INSTANCE=folder, WTF_CSRF_ENABLED=False,
            RATELIMIT_ENABLED=False, SECRET_KEY="not a secret",
        )  # fmt: skip
        app.test_client_class = Visitor
        with app.app_context():
            db.create_all()
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(installation_app: Flask) -> Iterator[Flask]:
    """The application with an empty database and an application context."""
    with installation_app.app_context():
        yield installation_app
        db.session.rollback()
        db.session.execute(update(Department).values(parent_id=None))
        for table in reversed(db.metadata.sorted_tables):
            if table.name != "probe_effects":
                db.session.execute(delete(table))
        db.session.commit()
        db.session.remove()


@pytest.fixture
def organization(app: Flask) -> Organization:
    """The organization of the people below."""
    return factories.organization("Harbour Hospital")


@pytest.fixture
def other_organization(app: Flask) -> Organization:
    """Another one, whose rows nobody here may see."""
    return factories.organization("Northway Logistics")


@pytest.fixture
def admin(organization: Organization) -> User:
    """An administrator."""
    return factories.user(organization, "Ada Admin", "admin")


@pytest.fixture
def author(organization: Organization) -> User:
    """An author."""
    return factories.user(organization, "Arthur Author", "author")


@pytest.fixture
def learner(organization: Organization) -> User:
    """A learner."""
    return factories.user(organization, "Lea Learner", "learner")


@pytest.fixture
def stranger(other_organization: Organization) -> User:
    """An administrator and author of the other organization."""
    return factories.user(other_organization, "Stan Stranger", "admin", "author")


@pytest.fixture
def course(author: User) -> Course:
    """A draft without subjects."""
    return factories.course(author)


@pytest.fixture
def client_for(app: Flask) -> Callable[[User], FlaskClient]:
    """Makes a client that is signed in as somebody."""

    def sign_in(user: User) -> FlaskClient:
        user.password = hash_password("a long password")
        db.session.commit()
        client = app.test_client()
        response = client.post("/login", data={"email": user.email, "password": "a long password"})
        assert response.status_code == 302, response.text
        return client

    return sign_in


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that is sent to the database from now on."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)

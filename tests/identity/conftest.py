"""A directory with a key, and servers on this machine: of ours, for clients that need a real one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from lms import keys
from lms.accounts import User
from lms.keys import KeyAttrs


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bearer_of(admin: User, *scopes: str) -> str:
    """A key of somebody's organization."""
    key, secret = keys.create_key(KeyAttrs(name="Entra", scopes=list(scopes or ("scim",))), admin)
    return f"{key.client_id}.{secret}"


class Directory:
    """Calls SCIM as a directory does."""

    def __init__(self, client: FlaskClient, bearer: str) -> None:
        self.client, self.bearer = client, bearer

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """One call; `If_Match=` becomes a header."""
        given = {"Authorization": f"Bearer {self.bearer}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.open(f"/scim/v2{path}", method=method, json=json, headers=given)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, json: Any) -> TestResponse:
        return self.call("POST", path, json)

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> TestResponse:
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
        return self.call("PATCH", path, body, **headers)

    def found(self, path: str, filter: str) -> list[str]:
        """The ids of what a filter finds."""
        answer = self.client.get(
            f"/scim/v2{path}", query_string={"filter": filter}, headers={"Authorization": f"Bearer {self.bearer}"}
        )
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json["Resources"]]


@pytest.fixture
def directory_of(app: Flask) -> Callable[..., Directory]:
    """Makes a directory of somebody's organization."""
    return lambda admin, *scopes: Directory(app.test_client(), bearer_of(admin, *scopes))


@pytest.fixture
def directory(directory_of: Callable[..., Directory], admin: User) -> Directory:
    """The directory of the administrator's organization."""
    return directory_of(admin)


@pytest.fixture
def browser_of(app: Flask) -> Callable[[User], FlaskClient]:
    """Makes a client that is signed in as somebody, without a password and the seconds its hash takes."""

    def sign_in(user: User) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(_user_id=user.fs_uniquifier, _fresh=True)
        return client

    return sign_in

"""A program with a key."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import keys
from lms.accounts import User
from lms.keys import SCOPES, KeyAttrs


class Program:
    """Calls the API as a program does: with a key, in JSON."""

    def __init__(self, client: FlaskClient, bearer: str) -> None:
        self.client, self.bearer = client, bearer

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """One call; `If_Match=` becomes a header."""
        given = {"Authorization": f"Bearer {self.bearer}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, json=json, headers=given)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, json: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, {} if json is None else json, **headers)

    def change(self, path: str, json: Any) -> TestResponse:
        """PATCH what was read just now."""
        return self.call("PATCH", path, json, If_Match=self.get(path).headers["ETag"])


@pytest.fixture
def program_of(app: Flask) -> Callable[..., Program]:
    """Makes a program of somebody's organization, with all scopes or some."""

    def make(admin: User, *scopes: str, name: str = "HR sync") -> Program:
        key, secret = keys.create_key(KeyAttrs(name=name, scopes=list(scopes or SCOPES)), admin)
        return Program(app.test_client(), f"{key.client_id}.{secret}")

    return make


@pytest.fixture
def program(program_of: Callable[..., Program], admin: User) -> Program:
    """A program that may do everything."""
    return program_of(admin)

"""People who ask, signed in without their passwords: hashing one takes longer than a hundred pages."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import User


@pytest.fixture
def sign_in_as(app: Flask) -> Callable[[User], FlaskClient]:
    """A client with the session of somebody."""

    def client_of(user: User) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            session |= {"_user_id": user.fs_uniquifier, "_fresh": True, "fs_cc": "set", "fs_paa": 9e9}
        return client

    return client_of

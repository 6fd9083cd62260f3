"""A store, and an organization that is connected with it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from lms import lrs
from lms.accounts import User
from lms.lrs import ConnectionAttrs, LrsConnection
from lms.lrs.sending import Down
from tests.lrs.server import SECRET, USER, Lrs


@pytest.fixture
def store(app: Flask) -> Iterator[Lrs]:
    """A learning record store."""
    with ExitStack() as stack:
        server = stack.enter_context(Lrs())
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        stack.callback(server.shutdown)
        stack.callback(lrs.configure, app.config)
        lrs.configure({**app.config, "LRS_ALLOW_LOCAL": True, "LRS_TIMEOUT": 2, "PUBLIC_URL": "https://lms.example"})
        Down.until.clear()
        yield server


@pytest.fixture
def connection(store: Lrs, admin: User) -> LrsConnection:
    """The connection of the administrator's organization, both ways."""
    attrs = ConnectionAttrs(endpoint=store.endpoint, username=USER, secret=SECRET, sends=True, reads=True)
    return lrs.save_connection(attrs, admin)

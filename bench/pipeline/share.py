"""Where the time of one change goes: statements of the database, the broker, and Python."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kombu import Connection, Producer
from sqlalchemy import event, select

from bench.pipeline import SMALL
from bench.pipeline.effects import NAMES, flask, ours
from lms.accounts import User
from lms.broker.publisher import task_message
from lms.broker.topology import CHANGES, queue, transport_options
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.tasks.backlog import Backlog

JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
NUMBER = 20 if SMALL else 500


class Watch:
    """Seconds spent in the database's statements and commits while it is running, and in all."""

    def __init__(self) -> None:
        self.database = self.whole = self._since = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure the block."""
        with _timed(self):
            start = time.perf_counter()
            yield
            self.whole += time.perf_counter() - start

    def start(self, *_: object) -> None:
        """A statement begins."""
        self._since = time.perf_counter()

    def stop(self, *_: object) -> None:
        """It has ended."""
        self.database += time.perf_counter() - self._since

    def per_change(self, number: int) -> dict[str, float]:
        """Milliseconds for each of `number` changes."""
        return {
            "database": round(self.database / number * 1000, 3),
            "python": round((self.whole - self.database) / number * 1000, 3),
        }


@contextmanager
def _timed(watch: Watch) -> Iterator[None]:
    """Statements by the driver's cursor, and commits by the dialect, which have no event after them."""
    dialect = db.engine.dialect
    commit = dialect.do_commit

    def timed_commit(connection: object) -> None:
        watch.start()
        commit(connection)  # type: ignore[arg-type]
        watch.stop()

    event.listen(db.engine, "before_cursor_execute", watch.start)
    event.listen(db.engine, "after_cursor_execute", watch.stop)
    dialect.do_commit = timed_commit  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        dialect.do_commit = commit  # type: ignore[method-assign]
        event.remove(db.engine, "before_cursor_execute", watch.start)
        event.remove(db.engine, "after_cursor_execute", watch.stop)


def shares(admin: User, make: Callable[[User, int], None]) -> dict[str, dict[str, float]]:
    """Milliseconds per change: making it, publishing it, taking its messages, its effects alone and in a batch."""
    making, alone, batched = Watch(), Watch(), Watch()
    with making.running():
        make(admin, 2 * NUMBER)
    ids = list(db.session.scalars(select(Change.id).where(Change.settled_at.is_(None)).order_by(Change.id)))
    db.session.commit()
    publishing, taking = _broker(ids[:NUMBER])
    for name in NAMES:
        with alone.running():
            for id in ids[:NUMBER]:
                deliver(EventCenter.subscribers[name], [id])
        with batched.running():
            deliver(EventCenter.subscribers[name], ids[NUMBER:])
    return {
        "making the change": making.per_change(2 * NUMBER),
        "broker": {"publish": round(publishing, 3), "take from four queues": round(taking, 3)},
        "four deliveries, alone": alone.per_change(NUMBER),
        f"four deliveries, {NUMBER} at once": batched.per_change(NUMBER),
    }


def _broker(ids: list[int]) -> tuple[float, float]:
    """Milliseconds per message: into the exchange, and out of all four queues as a task does that takes along."""
    url = flask.config["BROKER_URL"]
    with Connection(url, transport_options=transport_options(url)) as connection:
        channel = connection.default_channel
        for name in NAMES:
            queue(url, f"lms.{name}").bind(channel).declare()
        producer = Producer(channel, auto_declare=False)
        start = time.perf_counter()
        for id in ids:
            body, headers = task_message(CHANGES, [[id]])
            producer.publish(body, exchange=CHANGES, routing_key=CHANGES, headers=headers, **JSON)
        publishing = time.perf_counter() - start
    start = time.perf_counter()
    for name in NAMES:
        taken = -1
        while taken:
            backlog = Backlog(ours, f"lms.{name}", [], again=False)
            backlog.take()
            backlog.done()
            taken = len(backlog.ids)
    return publishing / len(ids) * 1000, (time.perf_counter() - start) / len(ids) * 1000

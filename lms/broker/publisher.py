"""Publishing from the request, without the request: a thread takes ids after the commit and sends them on.

The request thread only appends to a bounded queue. Nothing is lost when the broker is down, the queue is full or
the process dies, because the relay sends what no subscriber has dealt with; so the thread may give up quickly.
"""

import atexit
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import structlog
from kombu import Connection, Producer

from lms import metrics
from lms.broker.topology import CHANGES, DEFAULT_QUEUE, transport_options
from lms.broker.topology import queue as subscriber_queue

log = structlog.get_logger(__name__)

LARGEST_MESSAGE = 500
"""Ids in one message, at most."""
LINGER = 0.05
"""Seconds between the first commit and the message: the answer to the request goes first, and more may come along. A
message that is full goes at once."""
CAPACITY = 10_000
"""Transactions that may wait in memory for the thread."""
PATIENCE = 1.0
"""Seconds the thread waits for the broker."""
REST = 2.0
"""Seconds for which a broker that failed is left alone."""

Ids = Sequence[int]


class Publisher:
    """Sends ids of changes, and wake-up calls for tasks; never blocks and never raises."""

    def __init__(self, url: str, subscribers: Callable[[], Sequence[str]]) -> None:
        self.url = url
        self._subscribers = subscribers
        self._waiting: queue.SimpleQueue[Ids | str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self._down_until = 0.0

    def publish(self, ids: Ids) -> None:
        """Send the ids of one transaction's changes to every subscriber, soon."""
        self._put(ids)

    def wake(self, task: str) -> None:
        """Ask a worker to run `task`, which takes no arguments, soon."""
        self._put(task)

    def flush(self, timeout: float = 2) -> None:
        """Wait until what was handed over has been sent or given up, at most `timeout` seconds."""
        thread = self._thread
        if thread is None or self._pid != os.getpid() or not thread.is_alive():
            return
        self._waiting.put(None)
        thread.join(timeout)
        self._thread = None

    def _put(self, what: Ids | str) -> None:
        if self._waiting.qsize() >= CAPACITY:
            return
        self._waiting.put(what)
        if self._pid != os.getpid() or self._thread is None:
            self._start()

    def _start(self) -> None:
        """Start the thread; again after a fork, since threads and connections do not survive one."""
        with self._lock:
            if self._pid == os.getpid() and self._thread is not None:
                return
            if self._pid not in (0, os.getpid()):
                self._connection = self._producer = None
            self._pid = os.getpid()
            self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
            self._thread.start()
        atexit.register(self.flush)

    def _run(self) -> None:
        while True:
            ids, tasks, is_last = self._take()
            for start in range(0, len(ids), LARGEST_MESSAGE):
                self._send(CHANGES, [ids[start : start + LARGEST_MESSAGE]])
            for task in tasks:
                self._send(task, [])
            if is_last:
                self._disconnect()
                return

    def _take(self) -> tuple[list[int], dict[str, None], bool]:
        """Wait for work, then take all there is: under load many transactions leave in one message."""
        ids: list[int] = []
        tasks: dict[str, None] = {}
        what: Ids | str | None = self._waiting.get()
        if what is None or isinstance(what, str) or len(what) < LARGEST_MESSAGE:
            time.sleep(LINGER)
        while True:
            if what is None:
                return ids, tasks, True
            if isinstance(what, str):
                tasks[what] = None
            else:
                ids.extend(what)
            if len(ids) >= LARGEST_MESSAGE:
                return ids, tasks, False
            try:
                what = self._waiting.get_nowait()
            except queue.Empty:
                return ids, tasks, False

    def _send(self, task: str, arguments: list[Any]) -> None:
        number = len(arguments[0]) if arguments else 0
        if time.monotonic() < self._down_until:
            metrics.not_published.inc(number)
            return
        try:
            producer = self._producer or self._connect()
            body, headers = task_message(task, arguments)
            to_all = task == CHANGES
            producer.publish(
                body,
                exchange=CHANGES if to_all else "",
                routing_key=CHANGES if to_all else DEFAULT_QUEUE,
                headers=headers,
                correlation_id=headers["id"],
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                retry=False,
                timeout=PATIENCE,
            )
            metrics.published.inc(number)
        except Exception as error:  # noqa: BLE001 - whatever the client libraries raise, it means: not sent, the relay will
            log.warning("broker does not answer, the relay will catch up", error=repr(error))
            self._disconnect()
            metrics.not_published.inc(number)
            self._down_until = time.monotonic() + REST

    def _connect(self) -> Producer:
        """One connection, with the exchange and every queue declared, so that nothing is sent into the void."""
        options = transport_options(self.url, PATIENCE) | {"max_retries": 0}
        self._connection = Connection(self.url, connect_timeout=PATIENCE, heartbeat=0, transport_options=options)
        self._connection.connect()
        channel = self._connection.default_channel
        for name in self._subscribers():
            subscriber_queue(self.url, f"lms.{name}").bind(channel).declare()
        # Without an exchange of its own: kombu would take that one where a message names "".
        self._producer = Producer(channel, auto_declare=False)
        return self._producer

    def _disconnect(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.close()


def task_message(task: str, arguments: list[Any]) -> tuple[str, dict[str, Any]]:
    """Body and headers of a call of `task`, as Celery's message protocol 2 wants them.

    Source: Celery's manual, "Message Protocol", version 2.
    """
    id = str(uuid4())
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    return json.dumps([arguments, {}, embed]), {
        "lang": "py",
        "task": task,
        "id": id,
        "root_id": id,
        "parent_id": None,
        "group": None,
        "origin": f"publisher-{os.getpid()}",
    }

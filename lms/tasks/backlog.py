"""Taking along what else waits: a task that starts also handles further messages of its own queue.

Under backlog this turns hundreds of transactions into one. A message is acknowledged after the commit, so a
worker killed in between gives all of them back.
"""

import os
from collections.abc import Sequence
from typing import Any

from celery import Celery
from kombu import Connection, Queue

from lms.broker.topology import transport_options

MOST_MESSAGES = 200
MOST_IDS = 500

_connections: dict[int, Connection] = {}
"""This process's own connection, by its process id: one inherited through a fork is never used."""


class Backlog:
    """The messages of one run of a task, its own and those taken along: `ids` says what they ask for.

    `again` are those of them that were handed out before, to a process that did not end its work.
    """

    def __init__(self, celery: Celery, queue: str, ids: Sequence[int], again: bool) -> None:
        self.ids = list(ids)
        self.again = set(ids) if again else set[int]()
        self._messages: list[Any] = []
        self._celery = celery
        self._queue = queue

    def take(self) -> None:
        """Take messages until the queue is empty or there are enough."""
        try:
            waiting = Queue(self._queue)(self._connect().default_channel)
            while len(self._messages) < MOST_MESSAGES and len(self.ids) < MOST_IDS:
                message = waiting.get(accept=["json"])
                if message is None:
                    break
                ids = message.payload[0][0]
                self.ids += ids
                if message.delivery_info.get("redelivered"):
                    self.again.update(ids)
                self._messages.append(message)
        except self._errors():
            self._disconnect()

    def done(self) -> None:
        """Acknowledge what was taken; if that fails, it comes again, and the ledger knows it."""
        try:
            for message in self._messages:
                message.ack()
        except self._errors():
            self._disconnect()

    def give_back(self) -> None:
        """Put what was taken back into the queue."""
        try:
            for message in self._messages:
                message.requeue()
        except self._errors():
            self._disconnect()

    def _connect(self) -> Connection:
        connection = _connections.get(os.getpid())
        if connection is None:
            url = self._celery.conf.broker_url
            connection = Connection(url, heartbeat=0, transport_options=transport_options(url))
            _connections[os.getpid()] = connection
        return connection

    def _errors(self) -> tuple[type[BaseException], ...]:
        connection = self._connect()
        return (*connection.connection_errors, *connection.channel_errors)

    def _disconnect(self) -> None:
        self._messages.clear()
        connection = _connections.pop(os.getpid(), None)
        if connection is not None:
            connection.close()

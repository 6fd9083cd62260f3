"""Exchange and queues: one message on `lms.changes`, one durable queue and one task name per subscriber.

RabbitMQ has a real fanout exchange. kombu's fanout on Redis is PUB/SUB, which forgets what nobody hears at that
moment; there a direct exchange whose one routing key every queue shares does the same durably.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from kombu import Connection, Exchange, Queue

CHANGES = "lms.changes"
"""Name of the exchange, and on Redis of the routing key as well."""

DEFAULT_QUEUE = "lms.tasks"
"""Everything that is not a subscriber: the relay, mail, housekeeping."""

TO_ONE_QUEUE = Exchange("")
"""The broker's own exchange, where the routing key is a queue's name. An object, because Celery takes the bare name
for none at all and sends to the queue of everything else."""

VISIBILITY_TIMEOUT = int(os.environ.get("VISIBILITY_TIMEOUT", "120"))
"""Seconds after which Redis hands out again what a dead worker held: a little over the longest handler."""


def is_redis(url: str) -> bool:
    """Whether the broker at `url` is Redis or Valkey."""
    return url.startswith(("redis://", "rediss://", "redis+socket://"))


def exchange(url: str) -> Exchange:
    """The exchange on which changes are published, of the type that is durable at this broker."""
    return Exchange(CHANGES, type="direct" if is_redis(url) else "fanout", durable=True)


class SubscriberQueue(Queue):
    """A queue that names the task of what comes out of it: the message says what changed, the queue says for whom."""

    def consume(self, consumer_tag: Any = "", callback: Any = None, *arguments: Any, **options: Any) -> Any:
        """Begin to consume; each message is addressed before Celery looks its task up."""
        return super().consume(consumer_tag, partial(self._address, callback), *arguments, **options)

    def _address(self, callback: Callable[[Any], None], message: Any) -> None:
        name_task(message.headers, self.name)
        callback(message)


def name_task(headers: dict[str, Any], queue: str) -> None:
    """Make a message of the exchange the queue's own task: a name and an id of its own, the same at redelivery."""
    if headers.get("task") == CHANGES:
        headers["task"] = queue
        headers["id"] = str(uuid5(NAMESPACE_OID, f"{headers['id']}/{queue}"))


def queue(url: str, name: str) -> SubscriberQueue:
    """The durable queue `name`, bound to the exchange."""
    return SubscriberQueue(name, exchange(url), routing_key=CHANGES, durable=True)


def waiting_in(connection: Connection, queue: str) -> int:
    """How many messages wait in a queue; raises one of `connection_errors` when the broker does not answer."""
    channel = connection.channel()
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except connection.channel_errors:
        return 0  # on Redis an empty queue does not exist
    finally:
        channel.close()


def transport_options(url: str, patience: float = 5) -> dict[str, Any]:
    """What kombu needs to notice a broker that is gone within `patience` seconds instead of waiting for ever."""
    if not is_redis(url):
        return {"confirm_publish": True, "read_timeout": None, "connect_timeout": patience}
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        "socket_timeout": patience,
        "socket_connect_timeout": patience,
        "socket_keepalive": not url.startswith("redis+socket://"),
        "health_check_interval": 25,
    }

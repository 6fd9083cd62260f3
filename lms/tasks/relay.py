"""The relay as a task of beat: what subscribers are owed is sent again, to just their queues."""

from collections.abc import Sequence

from kombu import Connection

from lms import metrics
from lms.broker.topology import TO_ONE_QUEUE, transport_options, waiting_in
from lms.deliveries import relay
from lms.tasks.celery import LmsCelery

HEAP = 20
"""Messages that wait in a queue which are more than what is just passing through."""


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""
    url = celery.conf.broker_url

    @celery.task(name="lms.relay", ignore_result=True)
    def send_what_is_owed() -> int:
        """Run the relay once; returns how many deliveries were sent again."""

        def send(subscriber: str, ids: Sequence[int]) -> None:
            queue = f"lms.{subscriber}"
            if queue in celery.tasks:
                metrics.relayed.labels(subscriber).inc(len(ids))
                celery.tasks[queue].apply_async(args=[list(ids)], exchange=TO_ONE_QUEUE, routing_key=queue)

        # Not connected before somebody asks.
        with Connection(url, heartbeat=0, transport_options=transport_options(url)) as connection:

            def is_busy(subscriber: str) -> bool:
                try:
                    return waiting_in(connection, f"lms.{subscriber}") > HEAP
                except connection.connection_errors:
                    return False

            return relay(send, is_busy)

"""The relay as a task of beat: what subscribers are owed is sent again, to just their queues."""

from collections.abc import Sequence

from lms import metrics
from lms.broker.topology import TO_ONE_QUEUE
from lms.deliveries import relay
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name="lms.relay", ignore_result=True)
    def send_what_is_owed() -> int:
        """Run the relay once; returns how many deliveries were sent again."""

        def send(subscriber: str, ids: Sequence[int]) -> None:
            queue = f"lms.{subscriber}"
            if queue in celery.tasks:
                metrics.relayed.labels(subscriber).inc(len(ids))
                celery.tasks[queue].apply_async(args=[list(ids)], exchange=TO_ONE_QUEUE, routing_key=queue)

        return relay(send)

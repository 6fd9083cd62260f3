"""One Celery task per subscriber: own name, own queue, own limits."""

import math
import time
from collections.abc import Sequence
from typing import Any

import structlog

from lms import metrics, tracing
from lms.broker.topology import TO_ONE_QUEUE
from lms.deliveries import SHORT, Outcome, deliver
from lms.deliveries.delivering import DatabaseDown
from lms.events import EventCenter, Subscriber
from lms.tasks.backlog import Backlog
from lms.tasks.celery import ContextTask, LmsCelery

log = structlog.get_logger(__name__)

DATABASE_PAUSE = 5
"""Seconds before a message is tried again when the database did not answer."""

MOST_REQUESTS = 20
"""Request ids named in one log line, and traced; a bulk job has one for all of its changes."""


class SubscriberTask(ContextTask):
    """Delivers changes to one subscriber; acknowledged after the commit, given back when the worker dies."""

    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True
    max_retries = None

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.name = subscriber.queue
        self.rate_limit = subscriber.rate_limit
        self.soft_time_limit = subscriber.time_limit
        self.time_limit = subscriber.time_limit + 10

    def run(self, ids: Sequence[int]) -> None:
        """Deliver the changes `ids`, and whatever else waits in the queue unless there is a rate to be kept."""
        backlog = Backlog(self.app, self.name, ids, bool((self.request.delivery_info or {}).get("redelivered")))
        if self.rate_limit is None:
            backlog.take()
        start = time.perf_counter()
        try:
            outcome = deliver(self.subscriber, backlog.ids, backlog.again)
        except DatabaseDown as error:
            backlog.give_back()
            raise self.retry(countdown=DATABASE_PAUSE, exc=error) from error
        except BaseException:
            backlog.give_back()
            raise
        backlog.done()
        self._note(outcome, time.perf_counter() - start)
        if outcome.waiting and outcome.wait <= SHORT:
            raise self.retry(args=[outcome.waiting], countdown=max(1, math.ceil(outcome.wait)))

    def _note(self, outcome: Outcome, seconds: float) -> None:
        """One log line that ties the requests to what this subscriber did for them, and the figures."""
        name = self.subscriber.name
        metrics.handling.labels(name).observe(seconds)
        metrics.delivered.labels(name).inc(len(outcome.done))
        metrics.retried.labels(name).inc(len(outcome.waiting))
        metrics.died.labels(name).inc(len(outcome.dead))
        for request_id in sorted(outcome.requests)[:MOST_REQUESTS]:
            tracing.record(request_id, f"deliver {name}", seconds, is_page=False)
        log.info(
            "delivered", subscriber=name, done=len(outcome.done), waiting=len(outcome.waiting),
            dead=len(outcome.dead), seconds=round(seconds, 3), request_ids=sorted(outcome.requests)[:MOST_REQUESTS],
        )  # fmt: skip

    def signature_from_request(self, *args: Any, **kwargs: Any) -> Any:
        """A retry goes to this subscriber's queue alone; Celery would send it where the message came from: to all."""
        signature = super().signature_from_request(*args, **kwargs)
        signature.set(exchange=TO_ONE_QUEUE, routing_key=self.name)
        signature.options.pop("queue", None)
        return signature


def register(celery: LmsCelery) -> None:
    """Make the task of every subscriber known to Celery."""
    for subscriber in EventCenter.subscribers.values():
        celery.register_task(SubscriberTask(subscriber))

"""Ends a worker that has gone deaf, so that whatever runs it starts another.

After Redis was lost and found again a Celery worker can stay up and never take another message (celery/celery issues
8030, 8091 and 10302, the latest of 2026). From outside it looks well. Nothing is lost by ending it: what it held is
given back, and the ledger knows what is done.
"""

import os
import signal
import threading
import time
from typing import Any

import structlog
from celery.worker import state
from kombu import Connection

from lms.broker.topology import transport_options, waiting_in

log = structlog.get_logger(__name__)

LOOKS = 6
"""How often it looks while it waits."""
GRACE = 20.0
"""Seconds a deaf worker has for stopping in order."""


class Watchdog(threading.Thread):
    """Looks whether messages wait in the worker's queues while it takes none, for `patience` seconds.

    A worker whose processes are all at work is busy, not deaf, however long that takes.
    """

    def __init__(self, consumer: Any, url: str, patience: float) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._consumer, self._url, self._patience = consumer, url, patience

    def run(self) -> None:
        """Look until the process ends."""
        taken, since = -1, time.monotonic()
        while True:
            time.sleep(self._patience / LOOKS)
            now_taken = sum(state.total_count.values())
            if now_taken != taken or self._is_busy() or not self._has_mail():
                taken, since = now_taken, time.monotonic()
            elif time.monotonic() - since >= self._patience:
                log.error("this worker takes no messages though some wait: it ends", seconds=round(self._patience))
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(GRACE)
                os.kill(os.getpid(), signal.SIGKILL)

    def _is_busy(self) -> bool:
        return len(state.active_requests) >= self._consumer.pool.num_processes

    def _has_mail(self) -> bool:
        """Whether a message waits in one of the queues it consumes; no, while the broker does not answer."""
        queues = [queue.name for queue in getattr(self._consumer.task_consumer, "queues", ())]
        connection = Connection(self._url, heartbeat=0, transport_options=transport_options(self._url))
        try:
            return any(waiting_in(connection, name) for name in queues)
        except connection.connection_errors:
            return False
        finally:
            connection.close()

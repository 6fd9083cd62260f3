"""Sending the mails that wait, soon after they were written, and by beat in case that call was lost.

The rows of mailings are written here too, a chunk at a time, so that other tasks get their turn in between.
"""

import time

from lms import notifications
from lms.tasks.celery import LmsCelery

WRITE_FOR = 5
"""Seconds after which the writer makes room for other tasks."""


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name=notifications.SEND_TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def send_waiting_mails() -> int:
        """Send until nothing is waiting; returns how many mails were sent."""
        return notifications.send_waiting(celery.flask.config)

    @celery.task(name=notifications.WRITE_TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def write_mailings() -> None:
        """Write chunks of mailings for a few seconds, then ask for another task to go on."""
        end = time.monotonic() + WRITE_FOR
        while notifications.write_some():
            if time.monotonic() > end:
                notifications.wake_writer()
                break

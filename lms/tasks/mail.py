"""Sending the mails that wait, soon after they were written, and by beat in case that call was lost.

The rows of mailings are written here too, a chunk at a time, so that other tasks get their turn in between.
"""

from lms import notifications
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name=notifications.SEND_TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def send_waiting_mails() -> int:
        """Send until nothing is waiting; returns how many mails were sent."""
        return notifications.send_waiting(celery.flask.config)

    @celery.task(name=notifications.WRITE_TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def write_mailings() -> None:
        """Write the next chunk of a mailing, and ask for the one after it."""
        if notifications.write_some():
            notifications.wake_writer()

"""Sending the webhooks that wait, soon after they were written, and by beat in case that call was lost."""

from lms import webhooks
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name=webhooks.SEND_TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def send_waiting_webhooks() -> int:
        """Send until nothing is due; returns how many messages were taken."""
        return webhooks.send_waiting(celery.flask.config)

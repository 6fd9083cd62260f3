"""Reminders by beat: every hour, because each organization has its own morning."""

from lms import reminders
from lms.db import utcnow
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name="lms.reminders", ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def write_reminders() -> int:
        """Write what is due and was not written; returns the number of letters."""
        now = utcnow()
        return reminders.remind_all(now) + reminders.summarize_all(now)

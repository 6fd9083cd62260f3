"""Enrollment rules that everybody must be looked at again for, rules that time changes, and reminders of due dates."""

from lms import rules
from lms.db import utcnow
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the tasks known to Celery."""

    @celery.task(name=rules.APPLY_TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def apply_rules() -> None:
        """Bring one rule a chunk further, and ask for the next one."""
        if rules.apply_some():
            rules.wake()

    @celery.task(name="lms.rules.timed", ignore_result=True)
    def apply_timed_rules() -> None:
        """Have the rules looked at again that time alone may change."""
        if rules.mark_timed():
            rules.wake()

    @celery.task(name="lms.rules.remind", ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def remind() -> int:
        """Write the reminders that are due; returns how many."""
        return rules.remind(utcnow())

"""Closing attempts whose time is up, by beat: also of learners who never come back."""

from lms import learning
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name="lms.attempts", ignore_result=True)
    def close_attempts() -> int:
        """Finish what is overdue; returns how many."""
        return learning.close_overdue()

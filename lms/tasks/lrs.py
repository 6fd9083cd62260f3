"""Reading the learning record stores of organizations, every minute."""

from lms import lrs
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name="lms.lrs", ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def read_stores() -> None:
        """Read what is new in every store."""
        lrs.read_all()

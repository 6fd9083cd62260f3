"""Imports and exports: a worker gives each a while, and comes back as long as something is left to do."""

from lms import broker, keys, transfer
from lms.db import transaction
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the tasks known to Celery."""

    @celery.task(name=transfer.TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def work() -> None:
        """Go on with every import and export; beat asks, too, in case a call was lost."""
        if transfer.work(celery.flask.config):
            broker.wake(transfer.TASK)

    @celery.task(name="lms.transfers.tidy", ignore_result=True)
    def tidy() -> None:
        """Remove what is kept no longer: files of exports, answers to repeated calls."""
        transfer.remove_old()
        with transaction():
            keys.forget_old_answers()

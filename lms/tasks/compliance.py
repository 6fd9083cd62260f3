"""Compliance by beat: what time changes, and what concerns many people."""

from lms.compliance import daily, sweeps
from lms.tasks.celery import LmsCelery

CHUNKS_PER_RUN = 200


def register(celery: LmsCelery) -> None:
    """Make the tasks known to Celery."""

    @celery.task(name="lms.compliance.daily", ignore_result=True)
    def move_what_is_due() -> int:
        """Statuses whose day has come, and the counts of the day; every hour, as days begin at different hours."""
        return daily.run()

    @celery.task(name="lms.compliance.sweep", ignore_result=True)
    def go_on_with_many() -> int:
        """People whom a requirement or a move concerns, chunk by chunk."""
        return sweeps.run(CHUNKS_PER_RUN)

"""Forgetting settled changes and old messages of webhooks, by beat."""

from datetime import timedelta

from lms import deliveries, webhooks
from lms.db import utcnow
from lms.tasks.celery import LmsCelery


def register(celery: LmsCelery) -> None:
    """Make the task known to Celery."""

    @celery.task(name="lms.retention", ignore_result=True)
    def forget_settled_changes() -> int:
        """Remove what is older than KEEP_CHANGES days; returns how many changes. 0 days keeps them for good."""
        days = celery.flask.config["KEEP_CHANGES"]
        return deliveries.forget_settled(utcnow() - timedelta(days=days)) if days else 0

    @celery.task(name="lms.webhooks.retention", ignore_result=True)
    def forget_old_messages() -> int:
        """Remove what is older than WEBHOOKS_KEEP days; returns how many messages. 0 days keeps them for good."""
        days = celery.flask.config["WEBHOOKS_KEEP"]
        return webhooks.forget_old(utcnow() - timedelta(days=days)) if days else 0

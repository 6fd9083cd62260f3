"""What ops runs: `celery -A worker worker`, `celery -A worker beat`, `celery -A worker flower`."""

from lms import create_app
from lms.tasks import (
    attempts,
    audits,
    compliance,
    lrs,
    mail,
    relay,
    reminders,
    retention,
    rules,
    subscribers,
    transfers,
    webhooks,
)
from lms.tasks.celery import make_celery

app = make_celery(create_app())
for tasks in (
    subscribers, relay, mail, retention, attempts, audits, compliance, reminders, rules, transfers, lrs, webhooks,
):  # fmt: skip
    tasks.register(app)

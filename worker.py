"""What ops runs: `celery -A worker worker`, `celery -A worker beat`, `celery -A worker flower`."""

from lms import create_app
from lms.tasks import attempts, mail, relay, retention, subscribers
from lms.tasks.celery import make_celery

app = make_celery(create_app())
for tasks in (subscribers, relay, mail, retention, attempts):
from lms.tasks import compliance, mail, relay, retention, subscribers
from lms.tasks import compliance, mail, relay, reminders, retention, subscribers
from lms.tasks.celery import make_celery

app = make_celery(create_app())
for tasks in (subscribers, relay, mail, retention, compliance, reminders):
from lms.tasks import mail, relay, retention, rules, subscribers
from lms.tasks.celery import make_celery

app = make_celery(create_app())
for tasks in (subscribers, relay, mail, retention, rules):
from lms.tasks import mail, relay, retention, subscribers, transfers
from lms.tasks.celery import make_celery

app = make_celery(create_app())
for tasks in (subscribers, relay, mail, retention, transfers):
    tasks.register(app)

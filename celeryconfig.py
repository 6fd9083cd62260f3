"""Celery's settings, by Celery's own names. Where the broker is and how often the relay runs is `lms/config.py`'s."""

from lms import config
from lms.broker.topology import DEFAULT_QUEUE, transport_options

_settings = config.load()

broker_url = _settings["BROKER_URL"]
broker_transport_options = transport_options(broker_url)
broker_connection_retry_on_startup = True
broker_pool_limit = 10

task_default_queue = DEFAULT_QUEUE
task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_track_started = True
worker_prefetch_multiplier = 1
worker_send_task_events = True
task_send_sent_event = True
worker_cancel_long_running_tasks_on_connection_loss = True

timezone = "UTC"
enable_utc = True

# Each run expires before the next is due, so that a worker that was away does not find a heap of them; the relay's a
# little later, because under a backlog it has to wait for its turn and is wanted then.
beat_schedule = {
    "relay": {
        "task": "lms.relay",
        "schedule": _settings["RELAY_EVERY"],
        "options": {"expires": max(30, _settings["RELAY_EVERY"])},
    },
    "retention": {"task": "lms.retention", "schedule": 3600.0, "options": {"expires": 3600}},
    "webhooks-retention": {"task": "lms.webhooks.retention", "schedule": 3600.0, "options": {"expires": 3600}},
    "audits": {"task": "lms.audits.seal", "schedule": 15.0, "options": {"expires": 15}},
    "audits-verify": {"task": "lms.audits.verify", "schedule": 60.0, "options": {"expires": 60}},
    "audits-daily": {"task": "lms.audits.daily", "schedule": 3600.0, "options": {"expires": 3600}},
    "audits-heads": {"task": "lms.audits.heads", "schedule": 3600.0, "options": {"expires": 3600}},
    "audits-retention": {"task": "lms.audits.retention", "schedule": 3600.0, "options": {"expires": 3600}},
    "attempts": {"task": "lms.attempts", "schedule": 60.0, "options": {"expires": 60}},
    "reminders": {"task": "lms.reminders", "schedule": 3600.0, "options": {"expires": 3600}},
    "compliance": {"task": "lms.compliance.daily", "schedule": 3600.0, "options": {"expires": 3600}},
    "compliance-sweep": {"task": "lms.compliance.sweep", "schedule": 15.0, "options": {"expires": 15}},
    "transfers": {"task": "lms.transfers", "schedule": 15.0, "options": {"expires": 15}},
    "tidy-transfers": {"task": "lms.transfers.tidy", "schedule": 3600.0, "options": {"expires": 3600}},
    "mail": {"task": "lms.mail", "schedule": 5.0, "options": {"expires": 5}},
    "mailings": {"task": "lms.mailings", "schedule": 15.0, "options": {"expires": 15}},
    "webhooks": {"task": "lms.webhooks.send", "schedule": 5.0, "options": {"expires": 5}},
    "rules": {"task": "lms.rules.apply", "schedule": 60.0, "options": {"expires": 60}},
    "rules-by-time": {"task": "lms.rules.timed", "schedule": 3600.0, "options": {"expires": 3600}},
    "lrs": {"task": "lms.lrs", "schedule": 60.0, "options": {"expires": 60}},
    "due-dates": {"task": "lms.rules.remind", "schedule": 900.0, "options": {"expires": 900}},
}

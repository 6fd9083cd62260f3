"""The Celery application: settings from `celeryconfig.py`, an application context around every task."""

from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init, worker_ready
from flask import Flask
from kombu import Queue

from lms import metrics
from lms.broker.topology import DEFAULT_QUEUE, queue
from lms.db import db
from lms.events import EventCenter
from lms.logs import configure_logging
from lms.tasks.watchdog import Watchdog


class LmsCelery(Celery):
    """Celery that knows the Flask application its tasks work for."""

    flask: Flask


class ContextTask(Task):
    """A task with the application context, so with a database session of its own."""

    abstract = True
    app: LmsCelery

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task."""
        with self.app.flask.app_context():
            return self.run(*args, **kwargs)


def make_celery(flask: Flask) -> LmsCelery:
    """Celery for this application: one queue per subscriber, and one for everything else."""
    celery = LmsCelery("lms", task_cls=ContextTask)
    celery.config_from_object("celeryconfig")
    celery.flask = flask
    url = celery.conf.broker_url
    celery.conf.task_queues = [
        Queue(DEFAULT_QUEUE, durable=True),
        *(queue(url, subscriber.queue) for subscriber in EventCenter.subscribers.values()),
    ]

    @worker_process_init.connect(weak=False)
    def forget_the_parents_sockets(**_: Any) -> None:
        with flask.app_context():
            db.engine.dispose(close=False)

    @setup_logging.connect(weak=False)
    def log_as_the_web_does(loglevel: int, **_: Any) -> None:
        configure_logging(loglevel, flask.config["LOG_JSON"])

    @worker_ready.connect(weak=False)
    def look_after_itself(sender: Any, **_: Any) -> None:
        if flask.config["WORKER_SILENCE"]:
            Watchdog(sender, url, flask.config["WORKER_SILENCE"]).start()

    @worker_ready.connect(weak=False)
    def show_figures(**_: Any) -> None:
        if flask.config.get("METRICS_PORT"):
            metrics.serve(flask.config["METRICS_PORT"])

    return celery

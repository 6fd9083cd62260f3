"""Four effects of one row each: as subscribers of the product, and as tasks that somebody would write instead.

`celery -A bench.pipeline.effects:ours worker` and `celery -A bench.pipeline.effects:rival worker`.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from celery import Celery
from sqlalchemy import create_engine, text

from lms import broker, create_app
from lms.db import db
from lms.events import Change, EventCenter
from lms.tasks import relay, subscribers
from lms.tasks.celery import make_celery

NAMES = ("first", "second", "third", "fourth")
CREATE = "CREATE TABLE effects_{name} (id bigserial PRIMARY KEY, change_id bigint, payload jsonb)"
INSERT = {name: text(f"INSERT INTO effects_{name} (change_id, payload) VALUES (:id, :payload)") for name in NAMES}  # noqa: S608


def take(name: str, changes: Sequence[Change]) -> None:
    """One row per change; nothing but an error where the environment wants it."""
    if os.environ.get("FAILING") == name:
        raise RuntimeError("as the measurement wants")
    rows = [{"id": change.id, "payload": json.dumps(change.after)} for change in changes]
    db.session.execute(INSERT[name], rows)


flask = create_app()
EventCenter.subscribers.clear()
for one in NAMES:
    EventCenter.subscriber(one, batch=True)(partial(take, one))
broker.connect(flask.config["BROKER_URL"], lambda: NAMES)
ours = make_celery(flask)
for tasks in (subscribers, relay):
    tasks.register(ours)

rival = Celery("rival", broker=flask.config["BROKER_URL"])
rival.conf.update(task_ignore_result=True, task_default_queue="rival", task_acks_late=True)
engine = create_engine(flask.config["SQLALCHEMY_DATABASE_URI"])


def _task(name: str) -> Callable[..., Any]:
    def insert(payload: dict[str, Any]) -> None:
        """One row, one commit."""
        with engine.begin() as connection:
            connection.execute(INSERT[name], {"id": payload["id"], "payload": json.dumps(payload)})

    return rival.task(name=f"rival.{name}")(insert)


RIVALS = [_task(name) for name in NAMES]

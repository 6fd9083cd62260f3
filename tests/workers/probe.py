"""A worker with subscribers made for tests: they count how often they ran, fail on demand, and take their time.

`PROBE_LOG` names a file; each run of a handler appends one line, whatever becomes of its transaction.
"""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.worker.control import control_command
from flask import Flask
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms import broker, config
from lms.db import BigId, db, intpk
from lms.events import Change, EventCenter, Retry
from lms.tasks import relay, subscribers
from lms.tasks.celery import make_celery


class Effect(db.Model):
    """What a subscriber of the tests leaves behind."""

    __tablename__ = "probe_effects"
    id: Mapped[intpk]
    subscriber: Mapped[str] = mapped_column(String(50))
    change_id: Mapped[int] = mapped_column(BigId)


def leave(subscriber: str, change: Change) -> None:
    """Note the run in the log and the effect in the transaction."""
    with open(os.environ["PROBE_LOG"], "a") as log:
        log.write(f"{subscriber} {change.id}\n")
    db.session.add(Effect(subscriber=subscriber, change_id=change.id))


@EventCenter.subscriber("steady")
def steady(change: Change) -> None:
    """Always succeeds."""
    leave("steady", change)


@EventCenter.subscriber("batched", batch=True)
def batched(changes: list[Change]) -> None:
    """Takes a list."""
    for change in changes:
        leave("batched", change)


@EventCenter.subscriber("flaky", retry=Retry(times=5, base=1), rate_limit="10/s")
def flaky(change: Change) -> None:
    """Fails as often as the object's name says (`fail 3`), and for ever with `poison`; ten messages a second."""
    leave("flaky", change)
    runs = Path(os.environ["PROBE_LOG"]).read_text().splitlines().count(f"flaky {change.id}")
    name = change.state["name"]
    if name == "poison" or (name.startswith("fail ") and runs <= int(name.removeprefix("fail "))):
        raise RuntimeError("as the name wished")


@EventCenter.subscriber("slow", time_limit=4)
def slow(change: Change) -> None:
    """Takes two seconds over objects named `slow`, effect first; `deadly` ones end the process, `endless` ones stay."""
    leave("slow", change)
    if change.state["name"] == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    db.session.flush()
    if change.state["name"] == "slow":
        time.sleep(2)
    if change.state["name"] == "endless":
        time.sleep(60)


def probe_app(**settings: Any) -> Flask:
    """The application's delivery without its pages."""
    flask = Flask("probe")
    flask.config.update(config.load() | settings)
    db.init_app(flask)
    EventCenter.relay_after = timedelta(seconds=flask.config["RELAY_AFTER"])
    EventCenter.publish = staticmethod(broker.publish)
    broker.connect(flask.config["BROKER_URL"], lambda: list(EventCenter.subscribers))
    return flask


@control_command()  # type: ignore[untyped-decorator]
def deafen(state: Any) -> None:
    """Makes a worker deaf, as the loss of Redis can: it believes that it holds all it may hold."""
    state.consumer.task_consumer.channel.qos.can_consume = lambda: False


def probe_worker() -> Any:
    """Its Celery application, for `celery -A tests.workers.worker`."""
    celery = make_celery(probe_app())
    subscribers.register(celery)
    relay.register(celery)
    return celery

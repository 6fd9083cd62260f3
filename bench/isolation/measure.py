"""The measurement on one broker, the one that the environment names: `python -m bench.isolation.measure`."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from bench.one_broker import SMALL, started
from bench.pipeline.effects import NAMES
from bench.pipeline.measure import tables, with_broadcast
from lms.accounts import User
from lms.db import db
from lms.deliveries import DONE, Delivery
from lms.events import Change

ONE, *OTHERS = NAMES
STATES = ("well", "stopped", "failing")
ROUNDS, SECONDS = (1, 2) if SMALL else (3, 15)
PAUSE = 0.04
"""Seconds between two changes."""
PATIENCE = 60


@contextmanager
def worker(state: str) -> Iterator[None]:
    """Two processes for all queues; `ONE` has none while it is stopped, and raises while it is failing."""
    names = OTHERS if state == "stopped" else NAMES
    settings = {"FAILING": ONE if state == "failing" else ""}
    with TemporaryDirectory() as folder:
        command = ["celery", "-A", "bench.pipeline.effects:ours", "worker", "-c", "2", "-l", "info"]
        queues = ["-Q", ",".join(f"lms.{name}" for name in names)]
        with started("worker", command + queues, " ready.", Path(folder), settings):
            yield


def lags(admin: User) -> list[float]:
    """Milliseconds from the broadcast to the commit of the effect, for each change and each of the other three."""
    first = (db.session.scalar(select(func.max(Change.id))) or 0) + 1
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with_broadcast(admin, 1)
        time.sleep(PAUSE)
    made = db.session.scalar(select(func.count()).where(Change.id >= first)) or 0
    statement = (
        select(Delivery.updated_at, Change.created_at)
        .join(Change, Change.id == Delivery.change_id)
        .where(Change.id >= first, Delivery.subscriber.in_(OTHERS), Delivery.state == DONE)
    )
    end = time.monotonic() + PATIENCE
    while True:
        rows = db.session.execute(statement).all()
        db.session.rollback()
        if len(rows) == made * len(OTHERS):
            return [(done - made_at).total_seconds() * 1000 for done, made_at in rows]
        if time.monotonic() > end:
            raise RuntimeError(f"{len(rows)} deliveries of {made * len(OTHERS)}")
        time.sleep(0.2)


def measure() -> dict[str, float]:
    """Milliseconds at the median and of one in twenty, for each state of the fourth subscriber."""
    found: dict[str, list[float]] = {state: [] for state in STATES}
    with tables() as admin:
        for _ in range(ROUNDS):
            for state in STATES:
                with worker(state):
                    found[state] += lags(admin)
    figures = {f"{state}_p50_ms": median(taken) for state, taken in found.items()}
    figures |= {f"{state}_p95_ms": quantiles(taken, n=20)[-1] for state, taken in found.items()}
    return {key: round(value, 1) for key, value in figures.items()}


if __name__ == "__main__":
    print(json.dumps(measure()))

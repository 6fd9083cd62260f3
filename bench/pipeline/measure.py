"""The measurements on one broker, the one that the environment names: `python -m bench.pipeline.measure`."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import func, select, text

from bench.one_broker import started
from bench.pipeline import BULK, ROUNDS, SINGLE, WORKERS
from bench.pipeline.effects import CREATE, NAMES, RIVALS, flask
from bench.pipeline.share import shares
from lms.accounts import Department, User
from lms.bulk import create_rows
from lms.db import db, snapshot, transaction
from lms.events import Change, EventCenter
from tests import factories

PATIENCE = 120
"""Seconds for one measurement."""


@contextmanager
def tables() -> Iterator[User]:
    """The product's tables and the effects', and somebody who acts."""
    with flask.app_context():
        upgrade()
        for name in NAMES:
            db.session.execute(text(CREATE.format(name=name)))
        admin = factories.user(factories.organization(), "Ada Admin", "admin")
        db.session.execute(text("UPDATE changes SET settled_at = now()"))
        db.session.commit()
        yield admin
        db.session.remove()
        db.engine.dispose()


@contextmanager
def worker(application: str, processes: int = 2) -> Iterator[None]:
    """Real worker processes."""
    with TemporaryDirectory() as folder:
        command = [
            "celery",
            "-A",
            f"bench.pipeline.effects:{application}",
            "worker",
            "-c",
            str(processes),
            "-l",
            "info",
        ]
        with started(application, command, " ready.", Path(folder)):
            yield


def with_delay(admin: User, number: int) -> None:
    """What a user would write instead: the work, the commit, four tasks."""
    for _ in range(number):
        with transaction() as session:
            row = Department(organization_id=admin.organization_id, name="Ward")
            session.add(row)
            session.flush()
            payload = dict(snapshot(row).values)
        for task in RIVALS:
            task.delay(payload)  # type: ignore[attr-defined]


def with_broadcast(admin: User, number: int) -> None:
    """The same work and a broadcast, a transaction each."""
    for _ in range(number):
        with transaction() as session:
            row = Department(organization_id=admin.organization_id, name="Ward")
            session.add(row)
            EventCenter.broadcast("created", row, admin)


def in_bulk(admin: User, number: int) -> None:
    """All of them in one transaction, written as the product's bulk jobs write."""
    with transaction():
        create_rows(Department, [{"organization_id": admin.organization_id, "name": "Ward"}] * number, admin)


def rate(make: Callable[[User, int], None], admin: User, number: int) -> float:
    """Changes per second until every effect of `number` changes is committed."""
    db.session.execute(text(f"TRUNCATE {', '.join(f'effects_{name}' for name in NAMES)}"))
    db.session.commit()
    start = time.perf_counter()
    make(admin, number)
    while effects() < number:
        if time.perf_counter() - start > PATIENCE:
            raise RuntimeError(f"{effects()} effects of {number}; {make.__name__}")
        time.sleep(0.03)
    return number / (time.perf_counter() - start)


def effects() -> int:
    """Changes that have had all four of their effects."""
    counts = [db.session.scalar(text(f"SELECT count(*) FROM effects_{name}")) or 0 for name in NAMES]  # noqa: S608
    db.session.rollback()
    return min(counts)


def measure() -> dict[str, Any]:
    """All figures of one broker."""
    found: dict[str, list[float]] = {name: [] for name in ("delay", "bulk", *map(str, WORKERS))}
    with tables() as admin:
        EventCenter.publish, publish = staticmethod(lambda ids: None), EventCenter.publish
        share = shares(admin, with_broadcast)
        db.session.execute(text("UPDATE changes SET settled_at = now()"))
        db.session.commit()
        EventCenter.publish = staticmethod(publish)
        for _ in range(ROUNDS):
            with worker("rival"):
                found["delay"].append(rate(with_delay, admin, SINGLE))
            for number in WORKERS:
                with worker("ours", number):
                    found[str(number)].append(rate(with_broadcast, admin, SINGLE))
                    if number == 2:
                        found["bulk"].append(rate(in_bulk, admin, BULK))
        size = db.session.scalar(text("SELECT pg_total_relation_size('changes')")) or 0
        ledger = db.session.scalar(text("SELECT pg_total_relation_size('deliveries')")) or 0
        changes = db.session.scalar(select(func.count()).select_from(Change)) or 1
    medians = {name: round(median(rates), 1) for name, rates in found.items()}
    return {
        "delay_per_s": medians["delay"],
        "single_per_s": medians["2"],
        "bulk_per_s": medians["bulk"],
        "workers": {str(number): medians[str(number)] for number in WORKERS},
        "bytes_per_change": {"changes": round(size / changes), "four deliveries": round(ledger / changes)},
        "milliseconds": share,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))

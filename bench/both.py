"""Runs a measurement on PostgreSQL with RabbitMQ and with Redis, each in a process of its own: an application knows
one broker.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any

from lms.config import ROOT
from tests import services

QUEUES = (
    "tasks", "audits", "activities", "notifications", "analytics", "compliance", "certificates", "reminders", "rules",
    "webhooks", "xapi",
    "first", "second", "third", "fourth",
)  # fmt: skip
BROKERS = {"rabbitmq": services.RABBITMQ, "redis": services.REDIS}


def on_both(module: str, settings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `python -m module` prints last, by broker, each with a database of its own."""
    figures = {}
    for name, broker in BROKERS.items():
        with services.own_database() as database:
            figures[name] = json.loads(run([module], broker, database, settings))
        print(f"{module}: {name}: {json.dumps(figures[name])}", flush=True)
    return figures


def run(arguments: list[str], broker: str, database: str, settings: Mapping[str, str] | None = None) -> str:
    """The last line that a module prints, with an empty broker and an instance folder of its own."""
    services.empty_broker(broker, ["rival", *(f"lms.{name}" for name in QUEUES)])
    with TemporaryDirectory() as folder:
        ours = {"DATABASE_URL": database, "BROKER_URL": broker, "LMS_INSTANCE": folder, "SECRET_KEY": "bench"}
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env={**os.environ, **ours, **(settings or {})},
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return done.stdout.splitlines()[-1] if done.stdout else ""

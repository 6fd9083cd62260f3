"""Runs the measurement for both brokers, each in a process of its own."""

import json
import os
import subprocess
import sys
from tempfile import TemporaryDirectory

from lms.config import ROOT
from tests import services


def run() -> dict[str, dict[str, float]]:
    """Both brokers, each in a process of its own."""
    return {name: _one(name, url) for name, url in (("rabbitmq", services.RABBITMQ), ("redis", services.REDIS))}


def _one(name: str, broker: str) -> dict[str, float]:
    services.empty_broker(broker, ["lms.tasks", "lms.audits", "lms.activities", "lms.notifications", "lms.analytics"])
    with services.own_database() as database, TemporaryDirectory() as folder:
        settings = {"DATABASE_URL": database, "BROKER_URL": broker, "LMS_INSTANCE": folder, "SECRET_KEY": "bench"}
        done = subprocess.run(
            [sys.executable, "-m", "bench.outage.measure"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"outage: {name}: {figures}", flush=True)
    return figures

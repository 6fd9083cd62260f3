"""What a request pays for telling four subscribers, and how many changes per second are dealt with to the end.

On PostgreSQL, with RabbitMQ and with Redis, in one run: (a) the four effects inside the request, (b) four
`task.delay(payload)` after the commit, (c) EventCenter with the product's own subscribers. Two worker processes each.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.world import fake_world
from tests import services

ROOT = Path(__file__).parent.parent
QUEUES = ["lms.tasks", "lms.audits", "lms.activities", "lms.notifications", "lms.analytics", "rival"]


def run() -> dict[str, dict[str, float]]:
    """Both brokers, each in a process of its own, because an application knows one broker."""
    return {name: _one(name, url) for name, url in (("rabbitmq", services.RABBITMQ), ("redis", services.REDIS))}


def _one(name: str, broker: str) -> dict[str, float]:
    print(f"broadcast: {name}", flush=True)
    services.empty_broker(broker, QUEUES)
    with fake_world() as world, services.own_database() as database, TemporaryDirectory() as folder:
        settings = world | {
            "DATABASE_URL": database,
            "BROKER_URL": broker,
            "LMS_INSTANCE": folder,
            "MIXPANEL_TOKEN": "bench",
        }
        command = [sys.executable, "-m", "bench.one_broker"]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {figures}", flush=True)
    return figures

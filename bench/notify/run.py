"""Starts what the measurement needs, and measures in a process of its own."""

import json
from tempfile import TemporaryDirectory
from typing import Any

from bench.both import BROKERS
from bench.both import run as run_one
from tests import services


def run() -> dict[str, Any]:
    """The figures; `ratio` is mails per second against one by one."""
    port = services.free_port()
    with services.own_database() as database, TemporaryDirectory() as folder:
        settings = {
            "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port), "MAIL_MERGE": "0", "MAIL_CLAIM": "10",
            "BENCH_FOLDER": folder, "RELAY_AFTER": "5",
        }  # fmt: skip
        figures: dict[str, Any] = json.loads(run_one(["bench.notify.measure"], BROKERS["rabbitmq"], database, settings))
    return figures

"""Results by the hundred thousand in, by the million out: `make bench BENCH=exchange`, on PostgreSQL with RabbitMQ."""

import json
from typing import Any

from bench.both import BROKERS
from bench.both import run as run_one
from tests import services

RELAY = {"RELAY_EVERY": "2", "RELAY_AFTER": "10"}
"""Seconds; what a killed worker had committed and not yet told is found by the relay."""


def run() -> dict[str, Any]:
    """The figures; the measurement runs in a process of its own, with a database of its own."""
    with services.own_database() as database:
        figures: dict[str, Any] = json.loads(
            run_one(["bench.exchanging.measure"], BROKERS["rabbitmq"], database, RELAY)
        )
    return figures

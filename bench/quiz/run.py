"""Runs the measurement in a process of its own, on a database of its own."""

import json
from typing import Any

from bench.both import run as run_one
from tests import services


def run() -> dict[str, Any]:
    """The figures of one run."""
    with services.own_database() as database:
        figures: dict[str, Any] = json.loads(run_one(["bench.quiz.measure"], services.RABBITMQ, database))
    print(f"quiz: the largest web process had {figures.pop('web_mb')} MB", flush=True)
    return figures

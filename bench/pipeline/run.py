"""Runs the measurements, each broker and each number of settled changes in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.pipeline import ROUNDS, SETTLED
from lms.config import ROOT
from tests import services

QUEUES = ["lms.tasks", "lms.first", "lms.second", "lms.third", "lms.fourth", "rival"]


def run() -> dict[str, Any]:
    """Ratios are the worse of the two brokers'; the rest is printed on the way."""
    brokers = {"RabbitMQ": services.RABBITMQ, "Redis": services.REDIS}
    figures = {name: _broker(name, url) for name, url in brokers.items()}
    settled = _settled(services.RABBITMQ)
    worst = min(figures.values(), key=lambda one: one["single_per_s"] / one["delay_per_s"])
    bulk = min(figures.values(), key=lambda one: one["bulk_per_s"] / one["delay_per_s"])
    return {
        "single_ratio": round(worst["single_per_s"] / worst["delay_per_s"], 2),
        "bulk_ratio": round(bulk["bulk_per_s"] / bulk["delay_per_s"], 1),
        "bulk_per_s": bulk["bulk_per_s"],
        **settled,
        "workers": figures["RabbitMQ"]["workers"],
        "bytes_per_change": figures["RabbitMQ"]["bytes_per_change"],
        "brokers": figures,
    }


def _broker(name: str, url: str) -> dict[str, Any]:
    services.empty_broker(url, QUEUES)
    with services.own_database() as database:
        found: dict[str, Any] = json.loads(_process(["measure"], url, database))
    print(f"pipeline: {name}: {json.dumps(found)}", flush=True)
    return found


def _settled(broker: str) -> dict[str, Any]:
    """With none and with many settled changes in the table, taking turns; the ratio of the last to the first."""
    with ExitStack() as stack:
        databases = {number: stack.enter_context(services.own_database()) for number in SETTLED}
        for number, database in databases.items():
            print(f"pipeline: making {number:,} settled changes", flush=True)
            _process(["settled", "fill", str(number)], broker, database)
        found: dict[int, list[dict[str, float]]] = {number: [] for number in SETTLED}
        for _ in range(ROUNDS):
            for number, database in databases.items():
                services.empty_broker(broker, QUEUES)
                found[number].append(json.loads(_process(["settled", "measure"], broker, database)))
    medians = {
        number: {key: round(median(one[key] for one in rounds), 1) for key in rounds[0]}
        for number, rounds in found.items()
    }
    print(f"pipeline: settled: {json.dumps(medians)}", flush=True)
    none, most = medians[SETTLED[0]], medians[SETTLED[-1]]
    return {
        "settled_10m_ratio": round(most["per_s"] / none["per_s"], 3),
        "relay_10m_ratio": round(most["relay_ms"] / none["relay_ms"], 3),
    }


def _process(arguments: list[str], broker: str, database: str) -> str:
    module, *rest = arguments
    with TemporaryDirectory() as folder:
        settings: Mapping[str, str] = {"DATABASE_URL": database, "BROKER_URL": broker, "LMS_INSTANCE": folder}
        command = [sys.executable, "-m", f"bench.pipeline.{module}", *rest]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True
        )
    return done.stdout.splitlines()[-1] if done.stdout else ""

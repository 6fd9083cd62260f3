"""Runs the measurements, each broker and each number of settled changes in processes of their own."""

import json
from contextlib import ExitStack
from typing import Any

from bench.both import BROKERS, on_both
from bench.both import run as run_one
from bench.pipeline import ROUNDS, SETTLED
from tests import services


def run() -> dict[str, Any]:
    """Ratios are those of the broker that does worse; both are in `brokers`."""
    figures = on_both("bench.pipeline.measure")
    for one in figures.values():
        one["single_ratio"] = round(one["single_per_s"] / one["delay_per_s"], 2)
        one["bulk_ratio"] = round(one["bulk_per_s"] / one["delay_per_s"], 1)
    bulk = min(figures.values(), key=lambda one: float(one["bulk_ratio"]))
    return {
        "single_ratio": min(one["single_ratio"] for one in figures.values()),
        "bulk_ratio": bulk["bulk_ratio"],
        "bulk_per_s": bulk["bulk_per_s"],
        **_settled(BROKERS["rabbitmq"]),
        "workers": figures["rabbitmq"]["workers"],
        "bytes_per_change": figures["rabbitmq"]["bytes_per_change"],
        "brokers": figures,
    }


def _settled(broker: str) -> dict[str, float]:
    """With none and with many settled changes in the table, taking turns; the ratio of the last to the first.

    Of the best round each: what else the machine does can only make one slower.
    """
    with ExitStack() as stack:
        databases = {number: stack.enter_context(services.own_database()) for number in SETTLED}
        for number, database in databases.items():
            print(f"pipeline: making {number:,} settled changes", flush=True)
            run_one(["bench.pipeline.settled", "fill", str(number)], broker, database)
        found: dict[int, list[dict[str, float]]] = {number: [] for number in SETTLED}
        for _ in range(ROUNDS):
            for number, database in databases.items():
                found[number].append(json.loads(run_one(["bench.pipeline.settled", "measure"], broker, database)))
    best = {
        number: {"per_s": max(one["per_s"] for one in rounds), "relay_ms": min(one["relay_ms"] for one in rounds)}
        for number, rounds in found.items()
    }
    print(f"pipeline: settled: {json.dumps(best)}", flush=True)
    none, most = best[SETTLED[0]], best[SETTLED[-1]]
    return {
        "settled_10m_ratio": round(most["per_s"] / none["per_s"], 3),
        "relay_10m_ratio": round(most["relay_ms"] / none["relay_ms"], 3),
    }

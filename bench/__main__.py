"""Runs the benchmarks that are named, or all; the last line of output is one JSON object."""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import broadcast, exchange, media
from bench.both import on_both
from bench.compliance import run as compliance
from bench.notify import run as notify
from bench.pipeline import run as pipeline
from bench.quiz import run as quiz

BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "broadcast": broadcast.run,
    "outage": partial(on_both, "bench.outage.measure"),
    "isolation": partial(on_both, "bench.isolation.measure"),
    "pipeline": pipeline.run,
    "quiz": quiz.run,
    "compliance": compliance.run,
    "notify": notify.run,
    "media": media.run,
    "exchange": exchange.run,
}


def main() -> None:
    """Run and print."""
    names = sys.argv[1:] or list(BENCHMARKS)
    figures = {name: BENCHMARKS[name]() for name in names}
    print(json.dumps(figures[names[0]] if len(names) == 1 else figures))


if __name__ == "__main__":
    main()

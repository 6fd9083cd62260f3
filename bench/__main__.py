"""Runs the benchmarks that are named, or all; the last line of output is one JSON object."""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import broadcast, exchange
from bench.both import on_both
from bench.pipeline import run as pipeline

BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "broadcast": broadcast.run,
    "outage": partial(on_both, "bench.outage.measure"),
    "isolation": partial(on_both, "bench.isolation.measure"),
    "pipeline": pipeline.run,
    "exchange": exchange.run,
}


def main() -> None:
    """Run and print."""
    names = sys.argv[1:] or list(BENCHMARKS)
    figures = {name: BENCHMARKS[name]() for name in names}
    print(json.dumps(figures[names[0]] if len(names) == 1 else figures))


if __name__ == "__main__":
    main()

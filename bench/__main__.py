"""Runs the benchmarks that are named, or all; the last line of output is one JSON object."""

import json
import sys

from bench import broadcast
from bench.outage import run as outage
from bench.pipeline import run as pipeline

BENCHMARKS = {"broadcast": broadcast.run, "outage": outage.run, "pipeline": pipeline.run}


def main() -> None:
    """Run and print."""
    names = sys.argv[1:] or list(BENCHMARKS)
    figures = {name: BENCHMARKS[name]() for name in names}
    print(json.dumps(figures[names[0]] if len(names) == 1 else figures))


if __name__ == "__main__":
    main()

"""Every size on both databases, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from lms.config import ROOT
from tests import services

SMALL = os.environ.get("BENCH_SMALL") == "1"
SIZES = (50, 200) if SMALL else (1_000, 10_000, 100_000)
TURNS, EACH_TURN = (1, 3) if SMALL else (8, 12)
"""Results are measured so many times so many."""


def run() -> dict[str, Any]:
    """The worse of both databases, and beside it every figure; `cost_ratio_100k_to_1k` is largest to smallest."""
    found = {name: all_sizes(name) for name in ("postgresql", "sqlite")}
    largest = [sizes[SIZES[-1]] for sizes in found.values()]
    ratios = [sizes[SIZES[-1]]["result_p50_ms"] / sizes[SIZES[0]]["result_p50_ms"] for sizes in found.values()]
    for name, sizes in found.items():
        for key in ("matrix_statements", "dashboard_statements"):
            assert len({figures[key] for figures in sizes.values()}) == 1, (name, key)
    return {
        "cost_ratio_100k_to_1k": round(max(ratios), 2),
        **{key: max(figures[key] for figures in largest) for key in ("matrix_p95_ms", "dashboard_p95_ms", "as_of_s")},
        "read_ratio": min(figures["read_ratio"] for figures in largest),
        "peak_mb": max(figures["peak_mb"] for figures in largest),
        "by_database": found,
    }


def all_sizes(database: str) -> dict[int, dict[str, Any]]:
    """Every size on one database: the worlds are made one after another, the results are measured in turns."""
    with ExitStack() as stack:
        measuring = {size: stack.enter_context(process(database, size)) for size in SIZES}
        for _turn in range(TURNS):
            for running in measuring.values():
                ask(running, str(EACH_TURN))
        figures = {size: finish(running) for size, running in measuring.items()}
    for one in figures.values():
        print(f"compliance: {database}: {json.dumps(one)}", flush=True)
    return figures


@contextmanager
def process(database: str, people: int) -> Iterator[subprocess.Popen[str]]:
    """One size on one database in a process of its own, once its world is made."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        url = f"sqlite:///{folder}/bench.sqlite3"
        if database == "postgresql":
            url = stack.enter_context(services.own_database())
        settings = {"DATABASE_URL": url, "LMS_INSTANCE": folder, "SECRET_KEY": "bench"}
        running = subprocess.Popen(
            [sys.executable, "-m", "bench.compliance.measure", str(people)], cwd=ROOT, env={**os.environ, **settings},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            hear(running, "ready")
            yield running
        finally:
            running.kill()
            running.wait()


def hear(running: subprocess.Popen[str], word: str) -> None:
    """Wait until the process says the word."""
    line = running.stdout.readline().strip() if running.stdout else ""
    if line != word:
        raise RuntimeError(f"{running.args!r} said {line!r} instead of {word!r}")


def ask(running: subprocess.Popen[str], question: str) -> None:
    """Let it measure."""
    if running.stdin:
        running.stdin.write(question + "\n")
        running.stdin.flush()
    hear(running, "measured")


def finish(running: subprocess.Popen[str]) -> dict[str, Any]:
    """Let it measure everything else; what it says last."""
    output, _errors = running.communicate()
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures

"""Every size on both databases, each in a process of its own."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from lms.config import ROOT
from tests import services

SIZES = (50, 200) if os.environ.get("BENCH_SMALL") == "1" else (1_000, 10_000, 100_000)


def run() -> dict[str, Any]:
    """The worse of both databases, and beside it every figure; `cost_ratio_100k_to_1k` is largest to smallest."""
    found = {name: {size: one(name, size) for size in SIZES} for name in ("postgresql", "sqlite")}
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


def one(database: str, people: int) -> dict[str, Any]:
    """One size on one database."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        url = f"sqlite:///{folder}/bench.sqlite3"
        if database == "postgresql":
            url = stack.enter_context(services.own_database())
        settings = {"DATABASE_URL": url, "LMS_INSTANCE": folder, "SECRET_KEY": "bench"}
        done = subprocess.run(
            [sys.executable, "-m", "bench.compliance.measure", str(people)], cwd=ROOT, env={**os.environ, **settings},
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"compliance: {database}: {json.dumps(figures)}", flush=True)
    return figures

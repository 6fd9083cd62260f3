"""The benchmarks run to their end; what they measure is for `make bench` on a quiet machine."""

import json
import os
import subprocess
import sys

import pytest

from lms.config import ROOT
from tests import services

FIGURES = {
    "inline_p50_ms", "delay_p50_ms", "delay_p99_ms", "broadcast_p50_ms", "broadcast_p99_ms",
    "request_ratio", "delay_per_s", "broadcast_per_s",
}  # fmt: skip


@pytest.mark.services
def test_broadcast_ends_with_its_figures_for_both_brokers():
    for url in (services.POSTGRES, services.RABBITMQ, services.REDIS):
        services.require(url)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "broadcast"], cwd=ROOT, env=os.environ | {"BENCH_SMALL": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert {broker: set(measured) for broker, measured in figures.items()} == {"rabbitmq": FIGURES, "redis": FIGURES}
    assert all(measured["broadcast_per_s"] > 0 < measured["request_ratio"] for measured in figures.values())


@pytest.mark.services
def test_exchange_ends_with_every_row_there_once():
    for url in (services.POSTGRES, services.RABBITMQ):
        services.require(url)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "exchange"], cwd=ROOT, env=os.environ | {"BENCH_SMALL": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["missing"], figures["twice"]) == (0, 0)
    assert {"import_per_s", "orm_per_s", "import_ratio", "import_peak_mb", "export_per_s", "copy_share",
            "export_peak_mb"} <= set(figures)  # fmt: skip

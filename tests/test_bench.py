"""The benchmarks run to their end; what they measure is for `make bench` on a quiet machine."""

import json
import os
import re
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


def test_a_large_upload_stays_small_in_the_web_process():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "media"], cwd=ROOT, env=os.environ | {"BENCH_SMALL": "1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["bytes"] == 64 * 1024**2
    assert figures["before_mb"] < figures["download_peak_mb"] < 200


@pytest.mark.services
def test_quiz_loses_no_answer_and_a_large_bank_does_not_fill_the_memory():
    for url in (services.POSTGRES, services.RABBITMQ):
        services.require(url)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "quiz"], cwd=ROOT, env=os.environ | {"BENCH_SMALL": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *_more, said, last = done.stdout.splitlines()
    figures = json.loads(last)
    assert set(figures) == {"answers", "lost", "requests_per_s", "p95_ms", "p95_ratio"}
    assert (figures["answers"], figures["lost"]) == (20 * 5, 0)
    assert int(re.search(r"had (\d+) MB", said)[1]) < 200


@pytest.mark.services
def test_compliance_ends_with_its_figures_for_both_databases():
    services.require(services.POSTGRES)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "compliance"], cwd=ROOT, env=os.environ | {"BENCH_SMALL": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures.pop("by_database")) == {"postgresql", "sqlite"}
    assert set(figures) == {
        "cost_ratio_100k_to_1k", "matrix_p95_ms", "dashboard_p95_ms", "as_of_s", "read_ratio", "peak_mb",
    }  # fmt: skip
    assert all(figure > 0 for figure in figures.values())

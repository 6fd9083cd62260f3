"""The benchmarks run to their end; what they measure is for `make bench` on a quiet machine."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from lms.config import ROOT
from tests import services

BROADCAST = {
    "inline_p50_ms", "delay_p50_ms", "delay_p99_ms", "broadcast_p50_ms", "broadcast_p99_ms",
    "request_ratio", "delay_per_s", "broadcast_per_s",
}  # fmt: skip
COMPLIANCE = {"cost_ratio_100k_to_1k", "matrix_p95_ms", "dashboard_p95_ms", "as_of_s", "read_ratio", "peak_mb"}
EXCHANGE = {
    "import_per_s", "orm_per_s", "import_ratio", "import_peak_mb", "export_per_s", "copy_share", "export_peak_mb",
}  # fmt: skip
NOTIFY = {"rows_s", "mails_per_s", "one_by_one_per_s", "ratio", "peak_mb", "missed", "twice"}


def small(name: str, *servers: str) -> tuple[str, dict[str, Any]]:
    """What a benchmark prints when it is only tried, and the figures of its last line."""
    for url in servers:
        services.require(url)
    done = subprocess.run(
        [sys.executable, "-m", "bench", name], cwd=ROOT, env=os.environ | {"BENCH_SMALL": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.services
def test_broadcast_ends_with_its_figures_for_both_brokers():
    _said, figures = small("broadcast", services.POSTGRES, services.RABBITMQ, services.REDIS)
    assert {broker: set(measured) for broker, measured in figures.items()} == {
        "rabbitmq": BROADCAST,
        "redis": BROADCAST,
    }
    assert all(measured["broadcast_per_s"] > 0 < measured["request_ratio"] for measured in figures.values())


def test_a_large_upload_stays_small_in_the_web_process():
    _said, figures = small("media")
    assert figures["bytes"] == 64 * 1024**2
    assert figures["before_mb"] < figures["download_peak_mb"] < 200


@pytest.mark.services
def test_quiz_loses_no_answer_and_a_large_bank_does_not_fill_the_memory():
    said, figures = small("quiz", services.POSTGRES, services.RABBITMQ)
    assert set(figures) == {"answers", "lost", "requests_per_s", "p95_ms", "p95_ratio"}
    assert (figures["answers"], figures["lost"]) == (20 * 5, 0)
    assert max(int(number) for number in re.findall(r"had (\d+) MB", said)) < 200


@pytest.mark.services
def test_compliance_ends_with_its_figures_for_both_databases():
    _said, figures = small("compliance", services.POSTGRES)
    assert set(figures.pop("by_database")) == {"postgresql", "sqlite"}
    assert set(figures) == COMPLIANCE
    assert all(figure > 0 for figure in figures.values())


@pytest.mark.services
def test_notify_ends_with_nobody_missing_a_mail_though_the_workers_are_killed():
    _said, figures = small("notify", services.POSTGRES, services.RABBITMQ)
    assert set(figures) >= NOTIFY
    assert (figures["missed"], figures["twice"]) == (0, 0)


@pytest.mark.services
def test_exchange_ends_with_every_row_there_once():
    _said, figures = small("exchange", services.POSTGRES, services.RABBITMQ)
    assert (figures["missing"], figures["twice"]) == (0, 0)
    assert set(figures) >= EXCHANGE

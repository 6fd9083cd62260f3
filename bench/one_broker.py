"""The measurements on one broker: the one that the environment names, with the database it names."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench.contest import PASSWORD, Contest
from bench.visitor import Visitor
from lms import config
from tests.services import free_port

SMALL = bool(os.environ.get("BENCH_SMALL"))
"""Only try whether everything runs; the figures then mean nothing."""
BLOCKS, BLOCK = 1 if SMALL else 30, 10
"""Requests per variant: the variants take turns in blocks, so that what else the machine does hits all alike,
and what a request leaves behind for other threads hits mostly its own kind."""
CHANGES = 20 if SMALL else 600
"""Changes made at once to see how many per second are finished."""
EFFECTS = ("nothing", "inline", "delay", "broadcast")


def timed_requests(contest: Contest, folder: Path) -> dict[str, list[float]]:
    """Milliseconds of each request, by what became of its effects; no worker is running meanwhile."""
    port, times = free_port(), dict[str, list[float]]((effects, []) for effects in EFFECTS)
    with site(port, folder):
        visitor = Visitor(port, contest.author.email, PASSWORD)
        for block in range(BLOCKS + 1):
            for effects in EFFECTS:
                block_times = [
                    visitor.add_subject(contest.course.id, contest.content_id, effects) for _ in range(BLOCK)
                ]
                if block > 0:
                    times[effects] += block_times
    return times


def p99(times: list[float]) -> float:
    """The time that one in a hundred exceeds."""
    return quantiles(times, n=100)[98]


@contextmanager
def started(
    name: str, command: list[str], ready: str, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A process of `python -m command`, from when its log says `ready` until the block ends."""
    log = folder / f"{name}.log"
    with open(log, "w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=config.ROOT,
            env={**os.environ, **(settings or {})},
            stdout=output,
            stderr=output,
        )
    try:
        while ready not in log.read_text():
            if process.poll() is not None:
                raise RuntimeError(log.read_text()[-2000:])
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


def worker(application: str, folder: Path) -> AbstractContextManager[None]:
    """A real worker with two processes."""
    command = ["celery", "-A", application, "worker", "-c", "2", "-l", "info"]
    return started(application, command, " ready.", folder)


def site(port: int, folder: Path, settings: Mapping[str, str] | None = None) -> AbstractContextManager[None]:
    """The site, with one process; `settings` go before the environment's."""
    bind = ["-b", f"127.0.0.1:{port}", "-w", "1"]
    return started(
        "site", ["gunicorn", "-c", "gunicorn.conf.py", *bind, "bench.site:app"], "Booting worker", folder, settings
    )


def measure() -> dict[str, float]:
    """All figures of one broker."""
    folder = config.instance_folder()
    with Contest() as contest:
        times = timed_requests(contest, folder)
        requests = (BLOCKS + 1) * BLOCK
        with worker("bench.rival", folder):
            contest.wait_for_rival(2 * requests)
            delay_rate = contest.rate_of_delay(CHANGES)
        with worker("worker", folder):
            contest.wait_for_us(requests)
            broadcast_rate = contest.rate_of_broadcast(CHANGES)
    base = median(times["nothing"])
    figures = {
        "inline_p50_ms": median(times["inline"]) - base,
        "delay_p50_ms": median(times["delay"]) - base,
        "delay_p99_ms": p99(times["delay"]) - base,
        "broadcast_p50_ms": median(times["broadcast"]) - base,
        "broadcast_p99_ms": p99(times["broadcast"]) - base,
        "request_ratio": median(times["broadcast"]) / base,
        "delay_per_s": delay_rate,
        "broadcast_per_s": broadcast_rate,
    }
    return {key: round(value, 3) for key, value in figures.items()}


if __name__ == "__main__":
    print(json.dumps(measure()))

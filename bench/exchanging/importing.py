"""An import by real workers, killed twice on the way, until every subscriber has dealt with every row."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from bench.exchanging import KILLS, PATIENCE, RESULTS
from lms import broker, config, transfer
from lms.accounts import User
from lms.audits import Audit
from lms.db import db
from lms.events import EventCenter
from lms.results import Result
from lms.transfer import Import

LIMIT = 1_000_000_000


class Workers:
    """Beat, two workers of one process each, as on two machines, and the most memory that any process had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.peak_kb = 0
        self.logs: list[Path] = []
        self.running: dict[Path, subprocess.Popen[bytes]] = {}
        with open(folder / "beat.log", "w") as output:
            self.beat = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "worker", "beat", "-s", str(folder / "beat")],
                cwd=config.ROOT, stdout=output, stderr=output,
            )  # fmt: skip
        for _ in range(2):
            self.start()
        while not all(" ready." in log.read_text() for log in self.logs):
            time.sleep(0.1)

    def start(self) -> None:
        """Start one in a group of its own, so that it can be killed with its child."""
        log = self.folder / f"worker-{len(self.logs)}.log"
        self.logs.append(log)
        with open(log, "w") as output:
            command = ["celery", "-A", "worker", "worker", "-c", "1", "-l", "info", "--without-mingle"]
            self.running[log] = subprocess.Popen(
                [sys.executable, "-m", *command, "-n", f"{log.stem}@%h"],
                cwd=config.ROOT, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def look(self) -> None:
        """Note how much memory the largest process has had so far."""
        for process in self.running.values():
            with suppress(OSError, IndexError, ValueError):
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                for pid in (str(process.pid), *children):
                    status = Path(f"/proc/{pid}/status").read_text()
                    self.peak_kb = max(self.peak_kb, int(status.split("VmHWM:")[1].split()[0]))

    def kill_the_importer(self) -> None:
        """Kill the worker that got the import last, as a power cut would, and start another in its place."""
        got = {log: _last_import(log) for log in self.running}
        log = max(got, key=lambda one: got[one])
        process = self.running.pop(log)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        self.start()

    def stop(self) -> None:
        """In an orderly way."""
        for process in (self.beat, *self.running.values()):
            process.terminate()
        for process in (self.beat, *self.running.values()):
            process.wait(60)


def _last_import(log: Path) -> str:
    """When this worker last received the task of imports."""
    lines = [line for line in log.read_text().splitlines() if "Task lms.transfers[" in line and "received" in line]
    return lines[-1][:27] if lines else ""


@contextmanager
def workers(folder: Path) -> Iterator[Workers]:
    """Workers for the block."""
    both = Workers(folder)
    try:
        yield both
    finally:
        both.stop()


def measure(file: Path, admin: User, folder: Path) -> dict[str, Any]:
    """Rows per second until the last effect, memory, and what is missing or there twice."""
    with open(file, "rb") as pieces:
        job = transfer.upload("results", "results.csv", iter(lambda: pieces.read(65536), b""), admin, LIMIT)
    with workers(folder) as one:
        transfer.check(job, None, admin)
        _wait(one, lambda: _state(job)[0] == "checked")
        transfer.start(job, admin)
        start = time.perf_counter()
        kills = list(KILLS)
        while _state(job)[0] != "done":
            one.look()
            if kills and _state(job)[1] >= kills[0] * RESULTS:
                kills.pop(0)
                one.kill_the_importer()
            _patience(start)
        imported = time.perf_counter() - start
        while _owed():
            one.look()
            _patience(start)
        seconds = time.perf_counter() - start
    broker.flush()
    print(f"exchange: rows in after {imported:.1f} s, every effect after {seconds:.1f} s", flush=True)
    return {
        "import_per_s": round(RESULTS / seconds, 1),
        "import_peak_mb": round(one.peak_kb / 1024, 1),
        **_counted(job),
    }


def _state(job: Import) -> tuple[str, int]:
    db.session.rollback()
    return job.state, job.position


def _wait(one: Workers, done: Any) -> None:
    start = time.perf_counter()
    while not done():
        one.look()
        _patience(start)


def _patience(start: float) -> None:
    if time.perf_counter() - start > PATIENCE:
        raise RuntimeError("this takes too long")
    time.sleep(0.1)


def _owed() -> int:
    """Changes of results that some subscriber that hears them has not dealt with."""
    db.session.rollback()
    return int(
        db.session.scalar(
            text(
                "SELECT count(*) FROM (SELECT 1 FROM changes c WHERE object_type = 'Result' AND action = 'created' AND"
                " (SELECT count(*) FROM deliveries d WHERE d.change_id = c.id AND d.state = 'done') < :heard LIMIT 1)"
                " AS owed"
            ),
            {"heard": len(EventCenter.interested("Result", "created"))},
        )
        or 0
    )


def _counted(job: Import) -> dict[str, int]:
    """Rows without a result or an entry of the trail, and those with more than one."""
    results = db.session.scalar(select(func.count()).select_from(Result).where(Result.source == "import")) or 0
    entries = select(Audit.object_id, func.count().label("number")).where(
        Audit.object_type == "Result", Audit.action == "created", Audit.request_id == job.request_id
    ).group_by(Audit.object_id).subquery()  # fmt: skip
    once = db.session.scalar(select(func.count()).select_from(entries)) or 0
    twice = db.session.scalar(select(func.count()).select_from(entries).where(entries.c.number > 1)) or 0
    return {"missing": max(RESULTS - results, 0) + max(RESULTS - once, 0), "twice": twice + max(results - RESULTS, 0)}

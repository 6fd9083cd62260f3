"""An installation per test: a database, a broker, and worker processes that can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lms import broker
from lms.accounts import Organization
from lms.db import db
from lms.events import EventCenter
from tests import services
from tests.workers.probe import probe_app

PROBES = ("steady", "batched", "flaky", "slow")
ROOT = Path(__file__).parents[2]


@dataclass
class Installation:
    """A database and a broker of one's own; `start_worker` makes processes that use them."""

    environment: dict[str, str]
    folder: Path
    workers: list[subprocess.Popen] = field(default_factory=list)

    def start_beat(self) -> subprocess.Popen:
        """Start beat, and with it the relay: every second, for what is older than two."""
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.workers.worker",
            "beat",
            "-s",
            str(self.folder / "beat"),
        ]
        log = self.folder / "beat.log"
        with open(log, "w") as output:
            beat = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.workers.append(beat)
        return beat

    def start_worker(
        self, concurrency: int = 2, queues: Sequence[str] = (), application: str = "tests.workers.worker"
    ) -> subprocess.Popen:
        """Start a real Celery worker, of all queues or of some, and wait until it consumes."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        command = [sys.executable, "-m", "celery", "-A", application, "worker", "-c", str(concurrency)]
        command += [
            "--loglevel",
            "info",
            "--without-mingle",
            "--without-gossip",
            "-n",
            f"{os.getpid()}-{len(self.workers)}@%h",
        ]
        if queues:
            command += ["-Q", ",".join(queues)]
        with open(log, "w") as output:
            worker = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.workers.append(worker)
        services.wait_for(lambda: " ready." in log.read_text(), worker, log)
        return worker

    def run(self, code: str) -> subprocess.CompletedProcess:
        """Run Python in a process of its own, with this installation's settings."""
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def runs(self, subscriber: str, change_id: int) -> int:
        """How often the subscriber's handler was entered for a change."""
        log = Path(self.environment["PROBE_LOG"])
        return log.read_text().splitlines().count(f"{subscriber} {change_id}") if log.exists() else 0


def kill(worker: subprocess.Popen) -> None:
    """SIGKILL a worker and its children, as a power cut would."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


@pytest.fixture(params=["rabbitmq", "redis", "valkey"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """PostgreSQL with RabbitMQ, PostgreSQL with Redis, and the embedded pair, SQLite with Valkey."""
    with ExitStack() as stack:
        if request.param == "valkey":
            database, url = f"sqlite:///{tmp_path / 'lms.sqlite3'}", stack.enter_context(services.own_valkey(tmp_path))
        else:
            url = {"rabbitmq": services.RABBITMQ, "redis": services.REDIS}[request.param]
            services.require(url)
            database = stack.enter_context(services.own_database())
            services.empty_broker(url, ["lms.tasks", *(f"lms.{name}" for name in PROBES)])
        environment = {
            "DATABASE_URL": database,
            "BROKER_URL": url,
            "LMS_INSTANCE": str(tmp_path),
            "PROBE_LOG": str(tmp_path / "probe.log"),
            "VISIBILITY_TIMEOUT": "5",
            "RELAY_EVERY": "1",
            "RELAY_AFTER": "4",
        }
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in environment.items():
            patch.setenv(name, value)
        known = dict(EventCenter.subscribers)
        for name in set(known) - set(PROBES):
            patch.delitem(EventCenter.subscribers, name)
        app = probe_app()
        stack.enter_context(app.app_context())
        db.create_all()
        db.session.add(Organization(name="Harbour Hospital", slug="harbour"))
        db.session.commit()
        one = Installation(environment, tmp_path)
        try:
            yield one
        finally:
            broker.flush()
            for worker in one.workers:
                if worker.poll() is None:
                    kill(worker)
            db.session.remove()
            db.engine.dispose()

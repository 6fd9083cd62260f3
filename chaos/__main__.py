"""Kills processes and servers at random while changes are made, waits, counts; the last line is one JSON object.

SEED picks who is hit when, CHANGES how many changes are made, SETUP one of postgres-rabbitmq, postgres-redis and
embedded (all without it). All servers are its own, on free ports of 127.0.0.1, with their data in a temporary folder.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chaos import servers
from chaos.fire import Fire
from chaos.load import parts
from chaos.servers import Process
from lms.config import ROOT
from tests.services import free_port

SETUPS = ("postgres-rabbitmq", "postgres-redis", "embedded")
BROKERS = {"postgres-rabbitmq": servers.rabbitmq, "postgres-redis": servers.redis, "embedded": servers.valkey}
PATIENCE = 300
"""Seconds, after the last blow, in which everything has to arrive."""


def run(setup: str, seed: int, changes: int, folder: Path) -> dict[str, Any]:
    """One set-up: prepare, make changes under fire, count."""
    with ExitStack() as stack:
        broker_folder = folder / "broker"
        broker_folder.mkdir()
        inside = [BROKERS[setup](broker_folder)]
        environment = _settings(folder) | {"BROKER_URL": inside[0].url}
        if setup != "embedded":
            inside.append(servers.postgresql(folder / "postgresql"))
            environment["DATABASE_URL"] = inside[1].url
        outside = [
            Process("mail", _python("chaos.world", "mail", str(folder), environment["MAIL_PORT"]), folder),
            Process("tracker", _python("chaos.world", "tracker", str(folder), environment["TRACKER_PORT"]), folder),
        ]
        celery = _python("celery", "-A", "worker")
        ours = [
            Process("web", _python("gunicorn", "lms:create_app()"), folder, environment),
            Process("worker", [*celery, "worker", "-c", "2", "-l", "info"], folder, environment),
            Process("beat", [*celery, "beat", "-s", str(folder / "beat")], folder, environment),
        ]
        writers = [
            Process(f"writer {name}", _python("chaos.load", name, str(share)), folder, environment)
            for name, share in parts(changes).items()
        ]
        _start(stack, [*outside, *inside])
        _run(_python("chaos.load", "prepare"), environment)
        _start(stack, [*ours, *writers])
        chance, wiped = random.Random(f"{seed}/{setup}"), broker_folder if setup == "embedded" else None
        fire = Fire(chance, writers, ours, inside, outside, wiped)
        fire.burn()
        counted = _wait(folder, environment, fire)
    if min(counted["sent"].values()) != changes:
        raise SystemExit(f"chaos: {counted['sent']} changes were made instead of {changes}")
    blows = {
        "kills": sum(fire.kills.values()),
        "killed": fire.kills,
        "stalled": fire.stalls,
        "restarted": fire.restarts,
    }
    return {"seed": seed, "setup": setup, **counted, **blows}


def _start(stack: ExitStack, processes: list[Any]) -> None:
    for process in processes:
        process.start()
        stack.callback(process.kill)


def _wait(folder: Path, environment: dict[str, str], fire: Fire) -> dict[str, Any]:
    start = time.monotonic()
    while True:
        fire.supervise()
        counted: dict[str, Any] = json.loads(_run(_python("chaos.tally", str(folder)), environment).splitlines()[-1])
        waited = time.monotonic() - start
        if not any(counted["lost"].values()) or waited > PATIENCE:
            return counted | {"waited_s": round(waited)}
        time.sleep(2)


def _settings(folder: Path) -> dict[str, str]:
    """Servers outside, and waits short enough to look on."""
    tracker = free_port()
    return {
        "LMS_INSTANCE": str(folder), "PORT": str(free_port()), "SECRET_KEY": "chaos",
        "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(free_port()), "MAIL_CLAIM": "20", "MAIL_TIMEOUT": "5",
        "MAIL_MERGE": "0",
        "MIXPANEL_URL": f"http://127.0.0.1:{tracker}", "MIXPANEL_TOKEN": "chaos", "TRACKER_PORT": str(tracker),
        "RATELIMIT_ENABLED": "0", "RELAY_EVERY": "1", "RELAY_AFTER": "5", "VISIBILITY_TIMEOUT": "10",
        "WORKER_SILENCE": "30",
    }  # fmt: skip


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"chaos: {' '.join(command[2:])} failed:\n{done.stderr[-3000:]}")
    return done.stdout


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder that a server under another account may enter."""
    with TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def together(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """One report of several set-ups: what can be added is."""
    if len(reports) == 1:
        return reports[0]
    whole: dict[str, Any] = {"seed": reports[0]["seed"], "setup": [report["setup"] for report in reports]}
    for key in ("sent", "lost", "duplicated", "killed", "stalled", "restarted"):
        whole[key] = sum((Counter(report[key]) for report in reports), Counter())
        for name in reports[0][key]:
            whole[key].setdefault(name, 0)
    for key in ("kills", "mails_repeated", "events_repeated"):
        whole[key] = sum(report[key] for report in reports)
    whole["waited_s"] = max(report["waited_s"] for report in reports)
    return whole


def is_bad(report: dict[str, Any]) -> bool:
    """Whether something was lost or came twice, or mails were repeated more often than somebody was killed."""
    return any([*report["lost"].values(), *report["duplicated"].values()]) or report["mails_repeated"] > report["kills"]


def keep_logs(folder: Path, name: str) -> None:
    """What every process said, for whoever looks for the reason."""
    kept = ROOT / "instance" / "chaos" / name
    kept.mkdir(parents=True, exist_ok=True)
    for log in folder.rglob("*.log"):
        shutil.copy(log, kept)
    print(f"chaos: the logs are in {kept}", flush=True)


def main() -> int:
    """Run what is asked for; 1 when something was lost or duplicated, or mails were repeated more often than killed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("chaos: stopped"))
    os.environ.pop("DATABASE_URL", None)
    chosen, seed = os.environ.get("SETUP"), int(os.environ.get("SEED") or random.randrange(1, 1_000_000))
    changes = int(os.environ.get("CHANGES", "10000"))
    if chosen and chosen not in SETUPS:
        raise SystemExit(f"chaos: SETUP is one of {', '.join(SETUPS)}")
    print(f"chaos: SEED={seed} CHANGES={changes}", flush=True)
    reports = []
    for setup in [chosen] if chosen else SETUPS:
        with _folder() as folder:
            reports.append(run(setup, seed, changes, folder))
            if is_bad(reports[-1]):
                keep_logs(folder, f"{setup}-{seed}")
        print(f"chaos: {json.dumps(reports[-1])}", flush=True)
    whole = together(reports)
    print(json.dumps(whole))
    return 1 if is_bad(whole) else 0


if __name__ == "__main__":
    sys.exit(main())

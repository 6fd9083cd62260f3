"""Kills processes and servers at random while changes are made, waits, counts; the last line is one JSON object.

SEED picks who is killed when, CHANGES how many changes are made, SETUP one of embedded, rabbitmq, redis (all without
it). All servers are its own, on free ports of 127.0.0.1, with their data in a temporary folder.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chaos import servers
from chaos.servers import Process, Server
from lms.config import ROOT
from tests.services import free_port

SETUPS = ("embedded", "rabbitmq", "redis")
PAUSES = (0.4, 1.6)
"""Seconds between two kills, at least and at most."""
PATIENCE = 240
"""Seconds, after the last kill, in which everything has to arrive."""


def run(setup: str, seed: int, changes: int, folder: Path) -> dict[str, Any]:
    """One set-up: prepare, make changes under fire, count."""
    chance = random.Random(f"{seed}/{setup}")
    with ExitStack() as stack:
        brokers = {"embedded": servers.valkey, "rabbitmq": servers.rabbitmq, "redis": servers.redis}
        own = [brokers[setup](folder)]
        environment = _outside(folder) | {"BROKER_URL": own[0].url, "LMS_INSTANCE": str(folder)}
        if setup != "embedded":
            own.append(servers.postgresql(folder / "postgresql"))
            environment["DATABASE_URL"] = own[1].url
        ports = environment["MAIL_PORT"], environment["MIXPANEL_URL"].rpartition(":")[2]
        world = Process("world", _python("chaos.world", str(folder), *ports), folder)
        for process in (world, *own):
            process.start()
            stack.callback(process.kill)
        _run(_python("chaos.load", "0"), environment)
        celery = _python("celery", "-A", "worker")
        ours = [
            Process("load", _python("chaos.load", str(changes)), folder, environment),
            Process("worker", [*celery, "worker", "-c", "2", "-l", "info"], folder, environment),
            Process("beat", [*celery, "beat", "-s", str(folder / "beat")], folder, environment),
        ]
        for process in ours:
            process.start()
            stack.callback(process.kill)
        kills, restarts = _fire(chance, ours, own)
        print(f"chaos: {setup}: {sum(kills.values())} kills: {dict(kills)}", flush=True)
        return {**_wait(folder, environment, ours[1:], restarts), "kills": dict(kills), "restarts": dict(restarts)}


def _fire(chance: random.Random, ours: list[Process], own: list[Server]) -> tuple[Counter[str], Counter[str]]:
    """Kill and start again until all changes are made; `ours[0]` makes them. Returns who was killed, who just ended."""
    kills, restarts = Counter[str](), Counter[str]()
    while True:
        time.sleep(chance.uniform(*PAUSES))
        if not ours[0].is_running():
            return kills, restarts
        victim = chance.choice([*ours, *ours, *own])
        victim.kill()
        kills[victim.name] += 1
        victim.start()
        _supervise([*ours[1:], *own], restarts)


def _supervise(processes: Sequence[Process], restarts: Counter[str]) -> None:
    """Start again what ended by itself, as whatever runs the processes does."""
    for process in processes:
        if not process.is_running():
            restarts[process.name] += 1
            process.start()


def _wait(folder: Path, environment: dict[str, str], ours: list[Process], restarts: Counter[str]) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while True:
        _supervise(ours, restarts)
        counted: dict[str, Any] = json.loads(_run(_python("chaos.tally", str(folder)), environment).splitlines()[-1])
        if not any(counted["lost"].values()) or time.monotonic() > end:
            return counted
        time.sleep(2)


def _outside(folder: Path) -> dict[str, str]:
    """The settings: servers outside, and waits short enough to look on."""
    return {
        "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(free_port()), "MAIL_CLAIM": "20", "MAIL_TIMEOUT": "5",
        "MIXPANEL_URL": f"http://127.0.0.1:{free_port()}", "MIXPANEL_TOKEN": "chaos",
        "RELAY_EVERY": "1", "RELAY_AFTER": "5", "VISIBILITY_TIMEOUT": "10",
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
    with TemporaryDirectory(prefix="chaos-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def main() -> int:
    """Run what the environment asks for; 1 when something was lost or duplicated."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("chaos: stopped"))
    os.environ.pop("DATABASE_URL", None)
    chosen, seed = os.environ.get("SETUP"), int(os.environ.get("SEED", "1"))
    changes = int(os.environ.get("CHANGES", "500"))
    if chosen and chosen not in SETUPS:
        raise SystemExit(f"chaos: SETUP is one of {', '.join(SETUPS)}")
    totals: dict[str, Counter[str]] = {
        key: Counter() for key in ("sent", "lost", "duplicated", "repeated", "kills", "restarts")
    }
    for setup in [chosen] if chosen else SETUPS:
        with _folder() as folder:
            counted = run(setup, seed, changes, folder)
        print(f"chaos: {setup}: {json.dumps(counted)}", flush=True)
        for key, total in totals.items():
            total.update(counted[key])
    print(json.dumps({key: dict(total) for key, total in totals.items()}))
    return 1 if any([*totals["lost"].values(), *totals["duplicated"].values()]) else 0


if __name__ == "__main__":
    sys.exit(main())

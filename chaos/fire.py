"""What is done to the processes while changes are made: killed, wiped, stalled, and started again."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.servers import Process, Server

PAUSES = (0.4, 4.0)
"""Seconds between two blows, at least and at most."""
AWAY = (2.0, 7.0)
"""Seconds for which a server outside refuses or stalls, at least and at most; some exceed our timeouts of 5."""


@dataclass
class Fire:
    """Chooses, by chance that can be repeated, who is hit next; counts what was done, and what ended by itself."""

    chance: random.Random
    writers: Sequence[Process]
    ours: Sequence[Process]
    """Web, worker and beat."""
    inside: Sequence[Server]
    """Broker and database: killed, and started again with the data they had."""
    outside: Sequence[Process]
    """The SMTP server and the one in Mixpanel's place: they refuse, stall and drop connections."""
    wiped: Path | None = None
    """Folder of the broker's data if that is to be lost once."""
    kills: Counter[str] = field(default_factory=Counter)
    stalls: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    _later: list[tuple[float, Process, Callable[[], None]]] = field(default_factory=list)

    def burn(self) -> None:
        """Go on until every writer has written all it should."""
        while True:
            time.sleep(self.chance.uniform(*PAUSES))
            self._do_what_is_due(time.monotonic())
            if all(writer.has_finished() for writer in self.writers):
                self._do_what_is_due(float("inf"))
                return
            self._hit(
                self.chance.choice([*self.writers, *self.ours, *self.ours, *self.inside, *self.inside, *self.outside])
            )
            self.supervise()

    def supervise(self) -> None:
        """Start again what ended by itself, as whatever runs the processes does."""
        away = [process for _due, process, _action in self._later]
        for process in (*self.writers, *self.ours, *self.inside, *self.outside):
            if not process.is_running() and not process.has_finished() and process not in away:
                self.restarts[process.name] += 1
                process.start()

    def _hit(self, victim: Process) -> None:
        if victim in self.outside:
            self._trouble(victim)
            return
        if victim.has_finished():
            return
        victim.kill()
        self.kills[victim.name] += 1
        if victim is self.inside[0] and self.wiped is not None:
            shutil.rmtree(self.wiped)
            self.wiped.mkdir()
            self.wiped = None
            self.kills[f"{victim.name}, data wiped"] += 1
        victim.start()

    def _trouble(self, victim: Process) -> None:
        if any(process is victim for _due, process, _action in self._later):
            return
        until = time.monotonic() + self.chance.uniform(*AWAY)
        what = self.chance.choice(("refuse", "stall", "drop"))
        if what == "stall":
            victim.stall()
            self.stalls[victim.name] += 1
            self._later.append((until, victim, victim.go_on))
            return
        victim.kill()
        self.kills[victim.name] += 1
        if what == "drop":
            victim.start()
        else:
            self._later.append((until, victim, victim.start))

    def _do_what_is_due(self, now: float) -> None:
        due = [entry for entry in self._later if entry[0] <= now]
        self._later = [entry for entry in self._later if entry[0] > now]
        for _due, _process, action in due:
            action()

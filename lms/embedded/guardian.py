"""Stops the processes of `make run` when it was killed and can no longer do so itself.

Run as a script with a pipe as its input: `+PID` says that a process leads a group of its own, `-PID` that it has
ended. The pipe's end means that the launcher is gone. It holds the installation's lock until everything has stopped,
so that the next start waits for that.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

PATIENCE = 5
"""Seconds a process has for stopping by itself."""


def read(lines: Iterable[str]) -> set[int]:
    """The processes that still run when the lines end."""
    running: set[int] = set()
    for line in lines:
        pid = int(line[1:])
        if line.startswith("+"):
            running.add(pid)
        else:
            running.discard(pid)
    return running


def exists(group: int) -> bool:
    """Whether a process group has members."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def stop(groups: set[int]) -> None:
    """Ask the leaders to stop, then end what is left of their groups."""
    for leader in groups:
        with suppress(ProcessLookupError):
            os.kill(leader, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and any(exists(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    stop(read(sys.stdin))

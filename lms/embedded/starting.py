"""What has to hold before anything is started: nobody else runs this installation, and the port is free."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEFTOVERS_STOP_WITHIN = 15.0
"""Seconds the processes of a killed launcher need at most; see `guardian`."""


class CannotStart(Exception):
    """Why the system cannot be started, or go on, and what to do about it."""


@contextmanager
def claimed(instance: Path, address: str, patience: float = LEFTOVERS_STOP_WITHIN) -> Iterator[int]:
    """Hold the installation's lock in the block; yields its file descriptor.

    Raises CannotStart while another launcher holds it. If that one was killed, its processes get `patience` seconds
    to stop.
    """
    end = time.monotonic() + patience
    with open(instance / "run.lock", "a+") as lock:
        while not _locked(lock.fileno()):
            lock.seek(0)
            pid, _, where = lock.read().strip().partition(" ")
            if _is_alive(pid):
                raise CannotStart(
                    f"This installation is running already, at {where} (process {pid}). Stop it there with Ctrl-C, "
                    "or start another one in a folder of its own: make run LMS_INSTANCE=/path PORT=5001"
                )
            if time.monotonic() > end:
                raise CannotStart(f"Processes of the last run still hold {lock.name}. Stop them, then start again.")
            time.sleep(0.1)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()} {address}")
        lock.flush()
        yield lock.fileno()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: str) -> bool:
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def check_port(host: str, text: str) -> int:
    """The port `text` names, if the web server can listen there; raises CannotStart otherwise."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT={text} is not a port. Give a number from 1 to 65535: make run PORT=5001")
    port = int(text)
    try:
        _listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            problem = f"Port {port} is in use by another program. Choose another: make run PORT={_listen(host, 0)}"
        else:
            problem = f"The web server cannot listen on HOST={host} PORT={port}: {error.strerror}. Choose others."
        raise CannotStart(problem) from None
    return port


def _listen(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the web server does: connections of an earlier run that are not quite closed are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)
        return int(probe.getsockname()[1])

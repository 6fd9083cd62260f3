"""The processes of one run: each with its log file and its own process group, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from honcho.printer import Message, Printer

from lms.embedded import guardian
from lms.embedded.starting import CannotStart

WARM, HARD = 5.0, 1.5
"""Seconds for finishing the work at hand, and then for dropping it, before a process is killed."""

LAST_LINES = 20

MOST_ENDS = 3
ENDS_WITHIN = 60.0
"""A process that may be started again and ends more often than this in so many seconds cannot be helped by that."""


class Stopped(Exception):
    """Somebody asked the launcher to stop."""


class Process:
    """A running command; what it prints is in `log`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        if log.exists():
            log.replace(log.with_name(log.name + ".1"))
        self.name, self.log, self.command, self._shown = log.stem, log, command, 0
        self.is_base = self.is_restarted = False
        with open(log, "wb") as output:
            # A session of its own: Ctrl-C reaches the launcher alone, which then stops everything in order.
            self.popen = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id, which is its process group's as well."""
        return self.popen.pid

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return self.popen.poll()

    def last_lines(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])

    def show(self, printer: Printer) -> None:
        """Print the complete lines of its log that were not printed yet."""
        with open(self.log, "rb") as log:
            log.seek(self._shown)
            lines = log.read()
        lines = lines[: lines.rfind(b"\n") + 1]
        self._shown += len(lines)
        if lines:
            printer.write(Message("line", lines, datetime.now().astimezone(), self.name, None))

    def signal(self, number: int) -> None:
        """Send a signal to the process alone, if it still runs."""
        if self.returncode is None:
            self.popen.send_signal(number)

    def kill_group(self) -> None:
        """End it and whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()


class Processes:
    """Everything one run has started. `requests` counts how often somebody asked to stop; the second time hurries."""

    def __init__(
        self, environment: Mapping[str, str], folder: Path, logs: Path, lock: int, verbose: bool = False
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.environment, self.folder, self.logs, self.verbose = dict(environment), folder, logs, verbose
        self.running: list[Process] = []
        self.requests = 0
        self._ends: dict[str, list[float]] = {}
        self._printer = Printer(sys.stdout, width=8)
        self._guardian = subprocess.Popen(
            [sys.executable, guardian.__file__],
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
            pass_fds=[lock],
        )

    def stop_on_signals(self) -> None:
        """Take Ctrl-C, SIGTERM and a closed terminal as the request to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request)

    def _request(self, *_: object) -> None:
        self.requests += 1

    def start(
        self, name: str, command: Sequence[str], *, is_base: bool = False, is_restarted: bool = False
    ) -> Process:
        """Run `command` until the end of everything; what `is_base` stops after all others, because they need it.

        What `is_restarted` is started again when it ends by itself.
        """
        process = Process(command, self.environment, self.folder, self.logs / f"{name}.log")
        process.is_base, process.is_restarted = is_base, is_restarted
        self.running.append(process)
        self._tell("+", process)
        return process

    def run(self, name: str, command: Sequence[str], *, show: bool = False) -> None:
        """Run `command` to its end; raises CannotStart with the end of its log if it fails."""
        process = self.start(name, command)
        while process.returncode is None:
            self.watch(except_for=process)
            if show:
                process.show(self._printer)
            time.sleep(0.05)
        if show or self.verbose:
            process.show(self._printer)
        self.running.remove(process)
        self._tell("-", process)
        if process.returncode:
            raise CannotStart(f"{' '.join(command)} failed:\n{process.last_lines()}\n\nAll of it is in {process.log}")

    def wait_for(self, question: Callable[[], bool], what: str, seconds: float) -> None:
        """Watch until the answer is yes; raises CannotStart if it is still no after `seconds`."""
        end = time.monotonic() + seconds
        while not question():
            self.watch()
            if time.monotonic() > end:
                raise CannotStart(f"{what} after {seconds:.0f} seconds. The logs are in {self.logs}")
            time.sleep(0.1)

    def watch(self, except_for: Process | None = None) -> None:
        """Look after them once; raises Stopped when asked to stop, CannotStart when one has ended for good."""
        for process in list(self.running):
            if self.verbose:
                process.show(self._printer)
            if process is not except_for and process.returncode is not None and not self._started_again(process):
                raise CannotStart(
                    f"{process.name} has ended ({ending(process.returncode)}), so everything is stopped. "
                    f"Its last lines:\n{process.last_lines()}\n\nAll of it is in {process.log}"
                )
        if self.requests:
            raise Stopped

    def _started_again(self, process: Process) -> bool:
        """Whether another takes the place of one that has ended."""
        now = time.monotonic()
        ends = [end for end in self._ends.get(process.name, []) if now - end < ENDS_WITHIN] + [now]
        self._ends[process.name] = ends
        if not process.is_restarted or self.requests or len(ends) > MOST_ENDS:
            return False
        how = ending(process.returncode or 0)
        process.kill_group()
        self.running.remove(process)
        self._tell("-", process)
        self.start(process.name, process.command, is_restarted=True)
        line = f"has ended ({how}) and is started again; its log is in {process.log}.1\n".encode()
        self._printer.write(Message("line", line, datetime.now().astimezone(), process.name, None))
        return True

    def close(self) -> None:
        """Stop what still runs, and the guardian; 10 seconds at most, unless the base hangs as well."""
        self._stop([process for process in self.running if not process.is_base])
        self._stop([process for process in self.running if process.is_base])
        if self._guardian.stdin:
            with suppress(BrokenPipeError):
                self._guardian.stdin.close()
        self._guardian.wait()

    def _stop(self, chosen: Sequence[Process]) -> None:
        for number, patience in ((signal.SIGTERM, WARM), (signal.SIGQUIT, HARD)):
            for process in chosen:
                process.signal(number)
            end = time.monotonic() + patience
            while any(process.returncode is None for process in chosen) and time.monotonic() < end:
                if self.requests > 1:
                    break
                time.sleep(0.05)
        for process in chosen:
            process.kill_group()
            self.running.remove(process)
            self._tell("-", process)

    def _tell(self, sign: str, process: Process) -> None:
        if self._guardian.stdin:
            with suppress(BrokenPipeError):
                self._guardian.stdin.write(f"{sign}{process.pid}\n")


def ending(returncode: int) -> str:
    """How a process ended, in words."""
    if returncode < 0:
        return f"killed by {signal.Signals(-returncode).name}"
    return f"exit code {returncode}"

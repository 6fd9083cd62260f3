"""The processes of a run: stopped together, in order, whatever happens to one of them or to the launcher."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lms.embedded.processes import Processes, Stopped
from lms.embedded.starting import CannotStart

PATIENT = ["/bin/sh", "-c", "trap 'echo finished; exit 0' TERM; echo ready; while :; do sleep 0.05; done"]
STUBBORN = ["/bin/sh", "-c", "trap '' TERM QUIT; echo ready; while :; do sleep 0.05; done"]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """A launcher's processes, with their logs in `tmp_path`."""
    with open(tmp_path / "run.lock", "w") as lock:
        processes = Processes(dict(os.environ), tmp_path, tmp_path / "logs", lock.fileno())
        yield processes
        processes.close()


def until(question: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until the answer is yes."""
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process exists and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_all_is_stopped_and_may_finish_its_work(processes: Processes, tmp_path: Path):
    one = processes.start("one", PATIENT)
    until(lambda: "ready" in one.log.read_text())
    processes.close()
    assert one.log.read_text() == "ready\nfinished\n"


def test_the_broker_stops_after_those_who_need_it(processes: Processes, tmp_path: Path):
    stamp = "trap 'date +%s%N; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    base = processes.start("base", ["/bin/sh", "-c", stamp], is_base=True)
    worker = processes.start("worker", ["/bin/sh", "-c", stamp.replace("TERM;", "TERM; sleep 0.2;", 1)])
    until(lambda: "ready" in base.log.read_text() and "ready" in worker.log.read_text())
    processes.close()
    assert int(worker.log.read_text().split()[-1]) < int(base.log.read_text().split()[-1])


def test_what_refuses_to_stop_is_killed_within_ten_seconds(processes: Processes):
    one = processes.start("one", STUBBORN)
    until(lambda: "ready" in one.log.read_text())
    began = time.monotonic()
    processes.close()
    assert one.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 10


def test_a_second_request_to_stop_hurries(processes: Processes):
    one = processes.start("one", STUBBORN)
    until(lambda: "ready" in one.log.read_text())
    processes.requests = 2
    began = time.monotonic()
    processes.close()
    assert one.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 2


def test_a_process_that_ends_is_named_with_its_last_lines(processes: Processes):
    processes.start("worker", ["/bin/sh", "-c", "echo the database is gone; exit 3"])
    with pytest.raises(CannotStart, match=r"(?s)worker has ended \(exit code 3\).*the database is gone"):
        processes.wait_for(lambda: False, "never", 10)


def test_a_killed_process_is_named_with_the_signal(processes: Processes):
    one = processes.start("beat", PATIENT)
    one.kill_group()
    with pytest.raises(CannotStart, match=r"beat has ended \(killed by SIGKILL\)"):
        processes.watch()


def test_what_is_killed_is_started_again(processes: Processes):
    one = processes.start("worker", PATIENT, is_restarted=True)
    os.killpg(one.pid, signal.SIGKILL)
    until(lambda: one.returncode is not None)
    processes.watch()
    [another] = processes.running
    assert (another.name, another.returncode, another.pid != one.pid) == ("worker", None, True)


def test_what_ends_again_and_again_stops_everything(processes: Processes):
    processes.start("worker", ["/bin/sh", "-c", "echo no settings; exit 3"], is_restarted=True)
    with pytest.raises(CannotStart, match=r"(?s)worker has ended \(exit code 3\).*no settings"):
        processes.wait_for(lambda: False, "never", 10)


def test_a_failing_preparation_shows_why(processes: Processes):
    with pytest.raises(CannotStart, match=r"(?s)failed:.*no such table"):
        processes.run("database", ["/bin/sh", "-c", "echo no such table >&2; exit 1"])


def test_what_takes_too_long_is_said(processes: Processes):
    with pytest.raises(CannotStart, match="the web server did not answer after 0 seconds"):
        processes.wait_for(lambda: False, "the web server did not answer", 0.2)


def test_a_request_to_stop_ends_the_waiting(processes: Processes):
    processes.requests = 1
    with pytest.raises(Stopped):
        processes.wait_for(lambda: False, "never", 10)


def test_one_log_of_the_run_before_is_kept(processes: Processes, tmp_path: Path):
    processes.run("demo", ["echo", "first"])
    processes.run("demo", ["echo", "second"])
    assert (tmp_path / "logs" / "demo.log").read_text() == "second\n"
    assert (tmp_path / "logs" / "demo.log.1").read_text() == "first\n"


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_a_killed_launcher_leaves_nothing_running(tmp_path: Path):
    code = (
        "import os, pathlib, sys, time\n"
        "from lms.embedded.processes import Processes\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "lock = open(folder / 'run.lock', 'w')\n"
        "processes = Processes(dict(os.environ), folder, folder / 'logs', lock.fileno())\n"
        "parent = processes.start('parent', ['/bin/sh', '-c', 'sleep 300 & echo $!; wait'])\n"
        "while not parent.log.read_text(): time.sleep(0.02)\n"
        "print(parent.pid, parent.log.read_text(), flush=True)\n"
        "time.sleep(300)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as launcher:
        assert launcher.stdout is not None
        pids = [int(pid) for pid in launcher.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_running(pid) for pid in pids)
        launcher.kill()
        launcher.wait(10)
    until(lambda: not any(is_running(pid) for pid in pids))

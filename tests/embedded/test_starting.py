"""What `make run` says when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lms.embedded.starting import CannotStart, check_port, claimed


def test_an_occupied_port_is_named_together_with_a_free_one():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} is in use by another program.*make run PORT=\d+"):
            check_port("127.0.0.1", str(port))


@pytest.mark.parametrize("text", ["banana", "0", "65536", "-1", ""])
def test_what_is_no_port_is_refused_with_an_example(text: str):
    with pytest.raises(CannotStart, match="make run PORT=5001"):
        check_port("127.0.0.1", text)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(CannotStart, match=r"HOST=192\.0\.2\.7"):
        check_port("192.0.2.7", "5000")


def test_a_second_start_is_told_where_the_first_one_runs(tmp_path: Path):
    told = rf"already, at http://127\.0\.0\.1:5000 \(process {os.getpid()}\)"
    with (
        claimed(tmp_path, "http://127.0.0.1:5000"),
        pytest.raises(CannotStart, match=told),
        claimed(tmp_path, "http://127.0.0.1:5001"),
    ):
        pass


def test_after_the_first_one_has_stopped_the_second_starts(tmp_path: Path):
    with claimed(tmp_path, "http://127.0.0.1:5000"):
        pass
    with claimed(tmp_path, "http://127.0.0.1:5001"):
        assert (tmp_path / "run.lock").read_text() == f"{os.getpid()} http://127.0.0.1:5001"


def test_a_killed_launcher_does_not_block_the_next_start(tmp_path: Path):
    code = (
        "import pathlib, sys, time\n"
        "from lms.embedded.starting import claimed\n"
        "with claimed(pathlib.Path(sys.argv[1]), 'http://127.0.0.1:5000'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    with claimed(tmp_path, "http://127.0.0.1:5001", patience=2):
        assert "5001" in (tmp_path / "run.lock").read_text()

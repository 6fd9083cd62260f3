"""What stands in a terminal: `make`, its set-up, and the processes of the Procfile."""

import re
import runpy
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

ROOT = Path(__file__).parents[1]


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """Run a command with a plain environment and these variables."""
    given = {"PATH": "/usr/local/bin:/usr/bin:/bin", **environment}
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, timeout=60, check=False)


def test_make_alone_lists_every_command_with_what_it_does():
    commands = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert commands
    listed = dict(re.findall(r"^  ([a-z]+) +(\S.*)$", run("make").stdout, re.MULTILINE))
    assert set(commands.group(1).split()) - {"setup", "browser"} == set(listed)


def test_a_second_set_up_takes_no_time():
    assert run("scripts/setup.sh").returncode == 0
    began = time.monotonic()
    again = run("scripts/setup.sh")
    assert (again.stdout, again.stderr) == ("", "")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("/nowhere/python3", "there is no /nowhere/python3 here"),
        ("./old-python", "Python 3.9.2 is too old: Python 3.11 or newer is needed"),
    ],
)
def test_set_up_without_a_fitting_python_says_what_to_do(tmp_path: Path, python: str, says: str):
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)
    answer = run("scripts/setup.sh", cwd=tmp_path, PYTHON=python)
    assert answer.returncode == 1
    assert says in answer.stderr
    assert "make PYTHON=" in answer.stderr


def test_the_procfile_runs_web_worker_beat_and_flower_each_in_place_of_its_shell():
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    assert set(processes) == {"web", "worker", "beat", "flower"}
    assert all(command.startswith("exec ") for command in processes.values())


def test_the_web_server_listens_where_host_and_port_say(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOST", "127.0.0.9")
    monkeypatch.setenv("PORT", "5999")
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["bind"] == "127.0.0.9:5999"


def test_the_required_packages_have_exact_versions():
    lines = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    assert [line for line in lines if line and not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line)] == []

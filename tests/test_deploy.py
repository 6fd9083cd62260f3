"""What is written for systemd and Docker starts what the Procfile starts, with settings that exist."""

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from honcho.environ import parse_procfile

from lms.config import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
OURS = ("web", "worker", "beat")


def program(command: str) -> list[str]:
    """What is run, without its options' values, which differ from place to place."""
    words = [word for word in shlex.split(command) if word != "exec"]
    return [
        Path(words[0]).name,
        *(word for word in words[1:] if not re.search(r"^-|^\$|^\d+$|beat-schedule|info", word)),
    ]


PROCFILE = {
    name: program(command) for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items()
}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_what_the_procfile_runs_and_is_started_again(unit: Path):
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(unit)
    assert program(parser["Service"]["ExecStart"]) == PROCFILE[unit.stem.removeprefix("lms-")]
    assert parser["Service"]["Restart"] == "always"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")
    here = tmp_path / unit.name
    # Only the program's place is another here than where it will be installed.
    here.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit.read_text()))
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


@pytest.mark.parametrize("name", OURS)
def test_a_container_runs_what_the_procfile_runs(name: str):
    assert program(COMPOSE["services"][name]["command"]) == PROCFILE[name]


def test_containers_are_given_settings_that_exist():
    known = (ROOT / "lms" / "config.py").read_text()
    settings = COMPOSE["x-lms"]["environment"]
    assert [name for name in settings if f'"{name}"' not in known] == []


def test_every_volume_and_every_neighbour_of_a_container_is_declared():
    used = {volume.partition(":")[0] for service in COMPOSE["services"].values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])
    wanted = {name for service in COMPOSE["services"].values() for name in service.get("depends_on", {})}
    assert wanted <= set(COMPOSE["services"])

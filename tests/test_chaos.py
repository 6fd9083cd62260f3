"""Chaos runs to its end; the full runs are for `make chaos`."""

import json
import os
import subprocess
import sys

import pytest

from lms.config import ROOT

SUBSCRIBERS = {"audits", "activities", "notifications", "analytics"}


@pytest.mark.services
def test_nothing_is_lost_or_done_twice_on_the_embedded_set_up():
    done = subprocess.run(
        [sys.executable, "-m", "chaos"], cwd=ROOT, env=os.environ | {"SETUP": "embedded", "CHANGES": "60", "SEED": "7"},
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = json.loads(done.stdout.splitlines()[-1])
    assert counted["sent"] == dict.fromkeys(SUBSCRIBERS, 60)
    assert counted["lost"] == counted["duplicated"] == dict.fromkeys(SUBSCRIBERS, 0)
    assert counted["kills"] >= counted["mails_repeated"]
    assert counted["kills"] > 0


def test_an_unknown_set_up_is_refused_by_name():
    done = subprocess.run(
        [sys.executable, "-m", "chaos"], cwd=ROOT, env=os.environ | {"SETUP": "mainframe"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "postgres-rabbitmq, postgres-redis, embedded" in done.stderr

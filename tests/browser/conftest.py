"""The whole product as `make run` starts it, and a browser that looks at it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from lms import subscribers
from tests import services

ROOT = Path(__file__).parents[2]

expect.set_options(timeout=20_000)  # milliseconds: site, worker and browser share two cores with the tests


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Web, worker, beat, broker and mail catcher with the demo data; embedded, or on the servers that are set.

    It ends with this folder's tests: on a server that is set, its worker would take the messages of others."""
    folder: Path = tmp_path_factory.mktemp("walk")
    log, port = folder / "run.log", services.free_port()
    environment = os.environ | {
        "LMS_INSTANCE": str(folder / "instance"), "PORT": str(port), "RATELIMIT_ENABLED": "0", "OPENID_INTERNAL": "1",
    }  # fmt: skip
    with ExitStack() as stack:
        if os.environ.get("DATABASE_URL"):
            environment["DATABASE_URL"] = stack.enter_context(services.own_database(os.environ["DATABASE_URL"]))
        if os.environ.get("BROKER_URL"):
            names = ["lms.tasks", *(f"lms.{name}" for name in subscribers.names())]
            services.empty_broker(os.environ["BROKER_URL"], names)
        with open(log, "w") as output:
            run = subprocess.Popen(
                [sys.executable, "-m", "lms.embedded.run"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        try:
            services.wait_for(lambda: "Ready:" in log.read_text(), run, log, timeout=120)
            yield f"http://127.0.0.1:{port}"
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(30)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := which(name))), None)
    if path is None:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail("there is no Chromium")
        pytest.skip("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()

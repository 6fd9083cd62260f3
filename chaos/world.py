"""An SMTP server and an HTTP server in Mixpanel's place that write down what they got.

`python -m chaos.world mail FOLDER PORT`, `python -m chaos.world tracker FOLDER PORT`
"""

import json
import signal
import sys
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller

_lock = Lock()


def write_down(path: Path, lines: list[str]) -> None:
    """Append lines to a file."""
    with _lock, open(path, "a") as file:
        file.writelines(f"{line}\n" for line in lines)


class Postbox:
    """Writes down each mail's Message-ID."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mails.txt"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take it."""
        write_down(self.path, [message_from_bytes(envelope.content)["Message-ID"]])
        return "250 OK"


class Tracker(BaseHTTPRequestHandler):
    """Writes down each event's `$insert_id`."""

    protocol_version = "HTTP/1.1"
    path_of_events: Path

    def do_POST(self) -> None:
        """Take them."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        events = json.loads(parse_qs(body)["data"][0])
        events = events if isinstance(events, list) else [events]
        write_down(self.path_of_events, [event["properties"]["$insert_id"] for event in events])
        answer = b'{"status": 1, "error": null}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve one of them until the process is ended."""
    what, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if what == "mail":
        Controller(Postbox(folder), hostname="127.0.0.1", port=port).start()
        signal.pause()
    Tracker.path_of_events = folder / "events.txt"
    ThreadingHTTPServer(("127.0.0.1", port), Tracker).serve_forever()


if __name__ == "__main__":
    main()

"""A local SMTP server and a local HTTP server in Mixpanel's place, in a process of their own."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.services import free_port


class Tracker(BaseHTTPRequestHandler):
    """Takes events and says yes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Say yes."""
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"status": 1, "error": null}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


class Postbox:
    """Takes mails."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Say yes."""
        return "250 OK"


def serve(mail_port: int, http_port: int, ready: Any) -> None:
    """Run both until the process is ended."""
    Controller(Postbox(), hostname="127.0.0.1", port=mail_port).start()
    server = ThreadingHTTPServer(("127.0.0.1", http_port), Tracker)
    ready.set()
    server.serve_forever()


@contextmanager
def fake_world() -> Iterator[dict[str, str]]:
    """Both servers, as the settings that lead to them."""
    mail_port, http_port = free_port(), free_port()
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=serve, args=(mail_port, http_port, ready), daemon=True)
    process.start()
    ready.wait(20)
    try:
        yield {
            "MAIL_PORT": str(mail_port),
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_MERGE": "0",
            "MIXPANEL_URL": f"http://127.0.0.1:{http_port}",
        }
    finally:
        process.terminate()
        process.join(5)

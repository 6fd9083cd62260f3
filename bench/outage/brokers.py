"""Brokers that are not well."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

STATES = ("normal", "down", "stalled", "slow")
LATENCY = 0.3
"""Seconds by which a slow broker delays whatever it says."""


@contextmanager
def broker_that_is(state: str, url: str) -> Iterator[str]:
    """The address of a broker in this state."""
    if state == "normal":
        yield url
        return
    parts = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0), backlog=500) as server:
        port = server.getsockname()[1]
        if state == "down":
            server.close()
        if state == "slow":
            threading.Thread(target=_relay_slowly, args=(server, parts.hostname, parts.port), daemon=True).start()
        yield url.replace(f":{parts.port}", f":{port}")


def _relay_slowly(server: socket.socket, host: str, port: int) -> None:
    while True:
        try:
            client, _address = server.accept()
        except OSError:
            return
        broker = socket.create_connection((host, port))
        for source, target, delay in ((client, broker, 0.0), (broker, client, LATENCY)):
            threading.Thread(target=_copy, args=(source, target, delay), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket, delay: float) -> None:
    try:
        while data := source.recv(65536):
            time.sleep(delay)
            target.sendall(data)
    except OSError:
        return

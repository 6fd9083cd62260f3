"""One request to one endpoint, to exactly the address that was looked at, and what of the answer is kept."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from lms.webhooks.addresses import Place, Reach, Refused, Resolver, addresses_of, parse

EXCERPT = 2000
"""Bytes of an answer that are kept; no more than that is read."""
MOST_HEADERS = 20
LONGEST_HEADER = 200
NOT_KEPT = frozenset({"set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"})
MOST_ADDRESSES = 3
"""Of a name that has several, so many are tried."""
LONGEST_PAUSE = timedelta(days=1)
"""What an endpoint may ask for with Retry-After."""


@dataclass(slots=True)
class Answer:
    """What came of a request; without a status the endpoint was not reached, or did not answer in time."""

    status: int | None = None
    error: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    milliseconds: int = 0
    pause: timedelta | None = None
    """How long it asked to be left alone (Retry-After)."""

    @property
    def is_good(self) -> bool:
        """Only 2xx is: a redirect is not followed, so it is a failure."""
        return self.status is not None and 200 <= self.status < 300


class _Line(http.client.HTTPConnection):
    """A connection to one IP address that speaks to, and over TLS is verified as, the host that was named."""

    def __init__(self, place: Place, addresses: list[str], timeout: float) -> None:
        super().__init__(place.host, place.port, timeout=timeout)
        self.default_port = 443 if place.is_tls else 80
        self.place, self.addresses, self.seconds = place, addresses, timeout
        self.is_over = False

    def connect(self) -> None:
        """To the first address that answers, each of them for its part of the time."""
        self.sock = self._reach()
        self.sock.settimeout(self.timeout)
        if self.is_over:
            raise TimeoutError
        if self.place.is_tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.place.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def _reach(self) -> socket.socket:
        *others, last = self.addresses[:MOST_ADDRESSES]
        part = self.seconds / (len(others) + 1)
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.place.port), part)
        return socket.create_connection((last, self.place.port), part)

    def end(self) -> None:
        """From another thread: time is up, whatever it is doing; who drips a byte a second gains nothing."""
        self.is_over = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str], reach: Reach, timeout: float, resolver: Resolver) -> Answer:
    """Send `body`; never raises for what the other side does, nor for an address that is refused."""
    start = time.monotonic()
    try:
        answer = _post(url, body, headers, reach, timeout, resolver)
    except Refused as error:
        answer = Answer(error=str(error))
    except TimeoutError:
        answer = Answer(error=f"There was no answer within {timeout:g} seconds.")
    except socket.gaierror as error:
        answer = Answer(error=f"The name cannot be resolved: {error.strerror}")
    except ssl.SSLError as error:
        answer = Answer(error=f"TLS: {getattr(error, 'verify_message', '') or error.reason or error}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        answer = Answer(error=f"{type(error).__name__}: {error}"[:1000])
    answer.milliseconds = round((time.monotonic() - start) * 1000)
    return answer


def _post(
    url: str, body: bytes, headers: Mapping[str, str], reach: Reach, timeout: float, resolver: Resolver
) -> Answer:
    place = parse(url, reach)
    line = _Line(place, addresses_of(place, reach, resolver), timeout)
    watch = threading.Timer(timeout, line.end)
    watch.daemon = True
    watch.start()
    try:
        line.request("POST", place.path, body, dict(headers))
        response = line.getresponse()
        answer = Answer(response.status, headers=_kept(response), pause=_pause(response))
        with suppress(OSError, http.client.HTTPException):
            answer.body = response.read(EXCERPT).decode(errors="replace").replace("\0", "")
    except (OSError, http.client.HTTPException):
        if line.is_over:
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        line.close()
    if not answer.is_good:
        answer.error = f"The answer was {response.status} {response.reason}"[:200]
        if 300 <= response.status < 400:
            answer.error += ". Redirects are not followed."
    return answer


def _kept(response: http.client.HTTPResponse) -> dict[str, str]:
    """The first headers, without those that could let somebody in."""
    shown = [(name, value) for name, value in response.getheaders() if name.lower() not in NOT_KEPT]
    return {
        name[:LONGEST_HEADER].replace("\0", ""): value[:LONGEST_HEADER].replace("\0", "")
        for name, value in shown[:MOST_HEADERS]
    }


def _pause(response: http.client.HTTPResponse) -> timedelta | None:
    """Retry-After of an answer that is no success: seconds or a moment (RFC 9110, 10.2.3), a day at most."""
    text: Any = response.getheader("Retry-After")
    if text is None or response.status < 300:
        return None
    if text.strip().isdecimal():
        return min(LONGEST_PAUSE, timedelta(seconds=int(text.strip()[:9])))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return min(LONGEST_PAUSE, max(timedelta(0), moment - datetime.now(UTC)))

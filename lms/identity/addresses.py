"""Which addresses the server itself asks, because somebody typed them: never one inside its own network."""

import socket
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from lms.errors import Refusal
from lms.outside import is_outside

TIMEOUT = 5
"""Seconds until an answer begins, and between its pieces."""
LARGEST = 1024 * 1024
"""Bytes of an answer."""


class Unanswered(Refusal):
    """A provider's server does not answer, or not as one; nobody here can do more than wait or tell somebody."""

    status = 502


def refuse_internal(url: str, *, allows_internal: bool) -> None:
    """Raise Unanswered for an address that is not https on the internet; a setting allows others."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        host, port = "", 0
    if not host or parts.scheme not in (("https", "http") if allows_internal else ("https",)):
        raise Unanswered("The address of a sign-in provider begins with https://.")
    if allows_internal:
        return
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise Unanswered(_("There is no server of the name %(host)s.", host=host)) from None
    if not all(is_outside(address) for address in found):
        raise Unanswered(_("%(host)s is inside a network of its own, where this server does not ask.", host=host))


class CarefulAdapter(HTTPAdapter):
    """Looks at each address before it is asked, waits a short while, and reads no more than `LARGEST`."""

    def __init__(self, *, allows_internal: bool) -> None:
        super().__init__()
        self.allows_internal = allows_internal

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """One request, one answer, all of it read; raises Unanswered for what is too much."""
        refuse_internal(request.url or "", allows_internal=self.allows_internal)
        options.update(stream=True, timeout=TIMEOUT)
        response = super().send(request, **options)
        content = response.raw.read(LARGEST + 1, decode_content=True)
        if len(content) > LARGEST:
            raise Unanswered("The sign-in provider answers with more than can be read.")
        response._content, response._content_consumed = content, True
        return response

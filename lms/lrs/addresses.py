"""Which addresses may be called: administrators give them, and the server they are called from is inside."""

import socket
from urllib.parse import urlsplit

from lms.lrs.settings import Settings
from lms.outside import is_outside


def problem_with(url: str) -> str:
    """Why this address may not be called, as a sentence; empty when it may.

    Asked when it is saved and before every call. Between this look at the name and the call the name could be given
    another address, which a full guard would have to see to.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "This is not an address such as https://lrs.example/xapi."
    if parts.scheme not in ("http", "https") or not host:
        return "This is not an address such as https://lrs.example/xapi."
    if parts.username or parts.password or parts.query or parts.fragment:
        return "Give the address alone: key and secret have fields of their own."
    if Settings.is_local_allowed:
        return ""
    if parts.scheme != "https":
        return "Give an address that begins with https."
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return "There is no server of this name."
    if not all(is_outside(one) for one in found):
        return "This address is inside our own network."
    return ""

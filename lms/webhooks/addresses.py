"""Where a webhook may go: no address of our own network, however it is spelled, and whatever a name resolves to.

An endpoint is chosen by an administrator of one organization and called from inside the installation's network
(server-side request forgery). So the address is looked at when it is saved, and each time, after resolving, before
anything is sent; the connection then goes to exactly the address that was looked at.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from lms.errors import Invalid
from lms.outside import is_outside

Resolver = Callable[[str, int], Sequence[str]]
"""The IP addresses of a host name, for a port; raises OSError when there are none."""

OWN_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")
"""Names under these are never somewhere else."""
ODD_IPV4 = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
"""A last label like this makes a browser or a C library read the host as IPv4: 127.1, 0x7f000001, 2130706433."""


class Refused(Exception):
    """This is no address for a webhook; the message says why, for the log of the endpoint's owner."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is allowed besides HTTPS to public addresses: for development and tests."""

    http: bool = False
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An address in its parts; `host` in ASCII."""

    is_tls: bool
    host: str
    port: int
    path: str


def parse(url: str, reach: Reach) -> Place:
    """An endpoint's address in its parts; raises Refused."""
    if not url.isprintable() or re.search(r"[\s\\]", url):
        raise Refused("This address has characters that no address has.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("This is not an address. Give one that begins with https://.") from None
    if parts.scheme not in (("https", "http") if reach.http else ("https",)):
        raise Refused("Give an address that begins with https://.")
    if "@" in parts.netloc:
        raise Refused("Leave out the name and password; messages are signed instead.")
    host = _ascii(parts.hostname or "")
    if port == 0:
        raise Refused("This is not an address. Give one that begins with https://.")
    _look_at_name(host, reach)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Refused("Write what is not ASCII in the path as %-codes.")
    is_tls = parts.scheme == "https"
    return Place(is_tls, host, port or (443 if is_tls else 80), path)


def _ascii(name: str) -> str:
    try:
        host = name.encode("idna").decode() if ":" not in name else name
    except UnicodeError:
        host = ""
    if not host:
        raise Refused("This is not an address. Give one that begins with https://.")
    return host.rstrip(".").lower()


def _look_at_name(host: str, reach: Reach) -> None:
    if "%" in host:
        raise Refused("This address belongs to one network interface.")
    number = _as_number(host)
    if number is not None:
        is_internal = not reach.internal and not is_outside(number)
    elif ":" in host or ODD_IPV4.fullmatch(host.rpartition(".")[2]):
        raise Refused("Write an IP address as four numbers with dots, or, better, give a name.")
    else:
        is_internal = not reach.internal and any(host == name or host.endswith(f".{name}") for name in OWN_NAMES)
    if is_internal:
        raise Refused("This is an address of an internal network. Give one that can be reached from the internet.")


def _as_number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def check(address: str, reach: Reach) -> None:
    """Raise Refused for an IP address that is not of the public internet."""
    if reach.internal:
        return
    number = _as_number(address.partition("%")[0])
    if number is None or "%" in address or not is_outside(number):
        raise Refused(f"{address} is an address of an internal network. Nothing is sent there.")


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host name as the machine knows them; raises OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_kind, address in found))


def addresses_of(place: Place, reach: Reach, resolver: Resolver = resolve) -> list[str]:
    """Where to connect to: resolved once, all looked at; raises Refused if one is internal, OSError if none is found.

    One internal address among public ones is a sign of somebody trying, not of a name to be tried further.
    """
    found = [place.host] if _as_number(place.host) is not None else list(resolver(place.host, place.port))
    for address in found:
        check(address, reach)
    return found


def checked(url: str, reach: Reach) -> str:
    """The address if it may be saved; raises Invalid beside `url`. Names are resolved later, each time it is called."""
    if not url:
        raise Invalid("url", "Fill this in.")
    if len(url) > 2000:
        raise Invalid("url", "Use at most 2000 characters.")
    try:
        parse(url, reach)
    except Refused as error:
        raise Invalid("url", str(error)) from None
    return url

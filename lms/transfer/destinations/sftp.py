"""A folder on an SFTP server, which must show the key it is known by before it is shown anything."""

import base64
import binascii
import io
import posixpath
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import paramiko

from lms.errors import Invalid
from lms.outside import is_outside
from lms.transfer.destinations.place import Down, NotTaken, Place

SECONDS = 15.0
"""To wait for a connection, and for each answer."""
PRIVATE = "-----BEGIN "


def check(place: Place, config: Mapping[str, Any]) -> None:
    """Everything must be filled in and readable."""
    for field in ("host", "username", "host_key"):
        if not getattr(place, field):
            raise Invalid(field, "Fill this in.")
    server_key(place.host_key)
    if not place.secret:
        raise Invalid("password", "Give a password or a private key.")
    if place.secret.startswith(PRIVATE):
        private_key(place.secret)


def server_key(line: str) -> paramiko.PKey:
    """The key in a line of known_hosts, of `ssh-keyscan` or of a file `.pub`; raises Invalid."""
    words = line.split()
    for kind, text in pairwise(words):
        if kind.startswith(("ssh-", "ecdsa-")):
            try:
                return paramiko.PKey.from_type_string(kind, base64.b64decode(text, validate=True))
            except (binascii.Error, ValueError, paramiko.SSHException, paramiko.UnknownKeyType):
                break
    raise Invalid("host_key", "Paste one line as ssh-keyscan gives it, such as: host ssh-ed25519 AAAA….")


def private_key(text: str) -> paramiko.PKey:
    """A private key as OpenSSH writes it, without a passphrase; raises Invalid."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(f"{text.strip()}\n"))
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise Invalid("private_key", "Paste a private key as OpenSSH writes it (Ed25519, ECDSA or RSA), no passphrase.")


def put(path: Path, title: str, place: Place, config: Mapping[str, Any]) -> None:
    """Upload it under another name, then give it its own."""
    target = posixpath.join(place.folder, title)
    half = posixpath.join(place.folder, f".{title}.part")
    with _signed_in(place, config) as client:
        try:
            client.put(str(path), half, confirm=True)
            _rename(client, half, target)
        except FileNotFoundError as error:
            raise NotTaken(f"There is no folder {place.folder or '.'} on {place.host}.") from error
        except PermissionError as error:
            raise NotTaken(f"{place.username} may not write to {place.folder or '.'} on {place.host}.") from error


def _rename(client: paramiko.SFTPClient, half: str, target: str) -> None:
    try:
        client.posix_rename(half, target)
    except OSError:
        # A server without OpenSSH's extension does not rename over a file that is there.
        with suppress(FileNotFoundError):
            client.remove(target)
        client.rename(half, target)


@contextmanager
def _signed_in(place: Place, config: Mapping[str, Any]) -> Iterator[paramiko.SFTPClient]:
    """A client whose server has shown its key; what goes wrong on the way is Down or NotTaken."""
    try:
        transport = paramiko.Transport(_connected(place, config))
        try:
            transport.banner_timeout = transport.auth_timeout = SECONDS
            yield _client(transport, place)
        finally:
            transport.close()
    except paramiko.AuthenticationException as error:
        raise NotTaken(f"{place.host} does not let {place.username} in: check name and password or key.") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error) or "the connection ended"
        raise Down(f"{place.host} does not answer as it should: {reason}.") from error


def _client(transport: paramiko.Transport, place: Place) -> paramiko.SFTPClient:
    known = server_key(place.host_key)
    options = transport.get_security_options()
    kinds = sorted(options.key_types, key=lambda kind: not _fits(kind, known.get_name()))
    options.key_types = tuple(kinds)
    transport.start_client(timeout=SECONDS)
    shown = transport.get_remote_server_key()
    if (shown.get_name(), shown.asbytes()) != (known.get_name(), known.asbytes()):
        told = f"{shown.get_name()} {shown.fingerprint}"
        raise NotTaken(f"{place.host} shows another key than the one it is known by: {told}.")
    if place.secret.startswith(PRIVATE):
        transport.auth_publickey(place.username, private_key(place.secret))
    else:
        transport.auth_password(place.username, place.secret, fallback=False)
    if not transport.is_authenticated():
        raise paramiko.AuthenticationException("a second factor is asked for")
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None
    client.get_channel().settimeout(SECONDS)
    return client


def _fits(kind: str, name: str) -> bool:
    return kind == name or (kind.startswith("rsa-sha2") and name == "ssh-rsa")


def _connected(place: Place, config: Mapping[str, Any]) -> socket.socket:
    """A connection to the address that was looked at, so that no other one is reached by a name that changes."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Down(f"There is no server called {place.host}.") from error
    address = str(found[0][4][0])
    if place.host not in config["EXPORT_SFTP_HOSTS"] and not is_outside(address):
        raise NotTaken(
            f"{place.host} is inside the network of the installation. Whoever runs it allows that (EXPORT_SFTP_HOSTS)."
        )
    return socket.create_connection((address, place.port), timeout=SECONDS)

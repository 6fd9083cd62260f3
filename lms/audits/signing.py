"""What only this installation can write: signatures with a key that is not in the database.

HMAC-SHA-256 with a key derived from AUDIT_KEY, or from SECRET_KEY where none is set. Whoever can write to the
database, but not read the settings of the processes, cannot make one.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lms.audits.canonical import canonical

_keys: tuple[bytes, ...] = ()
"""The first one signs, each of them is believed."""


def configure(config: Mapping[str, Any]) -> None:
    """Take the settings: AUDIT_KEY (several with commas between them, the newest first) and SECRET_KEY."""
    global _keys
    given = [key.strip() for key in config["AUDIT_KEY"].split(",") if key.strip()]
    _keys = tuple(_derived(key) for key in (*given, config["SECRET_KEY"]))


def sign(purpose: str, *facts: Any) -> str:
    """The signature of `facts`, 64 hexadecimal digits, which is worth nothing for another purpose."""
    return _signature(_keys[0], purpose, facts)


def is_ours(signature: str | None, purpose: str, *facts: Any) -> bool:
    """Whether `signature` was made by `sign` of just these, with any of the keys."""
    return signature is not None and any(
        hmac.compare_digest(_signature(key, purpose, facts), signature) for key in _keys
    )


def _signature(key: bytes, purpose: str, facts: tuple[Any, ...]) -> str:
    return hmac.new(key, canonical([purpose, *facts]), hashlib.sha256).hexdigest()


def _derived(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"lms: audit chain").derive(key.encode())

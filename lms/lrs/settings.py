"""What the installation says about learning record stores, and the lock for their secrets."""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Settings:
    """What `configure` was told."""

    base: str = ""
    """Our own address: the home page of accounts, and what our activities begin with."""
    timeout: float = 10
    """Seconds for one call."""
    is_local_allowed: bool = False
    """Whether a store may be on this machine and without TLS: for development only."""
    key: bytes = b""


def configure(config: Mapping[str, Any]) -> None:
    """Use `PUBLIC_URL`, `SECRET_KEY`, `LRS_TIMEOUT` and `LRS_ALLOW_LOCAL`."""
    Settings.base = config["PUBLIC_URL"]
    Settings.timeout = config["LRS_TIMEOUT"]
    Settings.is_local_allowed = config["LRS_ALLOW_LOCAL"]
    derived = HKDF(SHA256(), 32, salt=None, info=b"lms: secrets of learning record stores")
    Settings.key = base64.urlsafe_b64encode(derived.derive(config["SECRET_KEY"].encode()))


def locked(secret: str) -> str:
    """A secret as it is kept."""
    return Fernet(Settings.key).encrypt(secret.encode()).decode()


def opened(kept: str) -> str | None:
    """The secret; None when SECRET_KEY was changed since."""
    try:
        return Fernet(Settings.key).decrypt(kept.encode()).decode()
    except InvalidToken:
        return None

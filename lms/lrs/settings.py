"""What the installation says about learning record stores, and the lock for their secrets."""

from collections.abc import Mapping
from typing import Any

from lms.locking import Lock

LOCK = Lock("lms: secrets of learning record stores")


class Settings:
    """What `configure` was told."""

    base: str = ""
    """Our own address: the home page of accounts, and what our activities begin with."""
    timeout: float = 10
    """Seconds for one call."""
    is_local_allowed: bool = False
    """Whether a store may be on this machine and without TLS: for development only."""
    key: str = ""


def configure(config: Mapping[str, Any]) -> None:
    """Use `PUBLIC_URL`, `SECRET_KEY`, `LRS_TIMEOUT` and `LRS_ALLOW_LOCAL`."""
    Settings.base = config["PUBLIC_URL"]
    Settings.timeout = config["LRS_TIMEOUT"]
    Settings.is_local_allowed = config["LRS_ALLOW_LOCAL"]
    Settings.key = config["SECRET_KEY"]


def locked(secret: str) -> str:
    """A secret as it is kept."""
    return LOCK.lock(secret, Settings.key)


def opened(kept: str) -> str | None:
    """The secret; None when SECRET_KEY was changed since."""
    return LOCK.unlock(kept, Settings.key)

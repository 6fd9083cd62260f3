"""How much of a package there is room for, and the address that names its units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one package may have."""

    files: int = 20_000
    size: int = 8 * 1024**3
    """Bytes, unpacked."""
    ratio: int = 200
    """Times the size of the zip that may come out of it."""
    units: int = 10_000


class Settings:
    """What `configure` was told."""

    limits: ClassVar[Limits] = Limits()
    base: ClassVar[str] = "http://127.0.0.1:5000"
    """The address of the LMS, with which the activities of cmi5 and the accounts of its actors are named."""


def configure(config: Mapping[str, Any]) -> None:
    """Use `PACKAGE_FILES`, `PACKAGE_SIZE` and `PUBLIC_URL`."""
    Settings.base = config["PUBLIC_URL"]
    Settings.limits = Limits(files=config["PACKAGE_FILES"], size=config["PACKAGE_SIZE"])

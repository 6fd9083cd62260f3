"""Where files of schedules go: a folder of the installation, a bucket, or a folder on an SFTP server.

Each is a module with `check`, which refuses what was filled in wrongly, and `put`, which puts a file there. A file has
its name there only when all of it is there.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from lms.transfer.destinations.place import LOCK, Down, NotTaken, Place

FOLDER, S3, SFTP = DESTINATIONS = ("folder", "s3", "sftp")


def _module(destination: str) -> Any:
    # By name, because their libraries take memory that an installation with a folder need not spend.
    return import_module(f"lms.transfer.destinations.{destination}")


def check(place: Place, config: Mapping[str, Any]) -> None:
    """Raise Invalid where a file cannot go there, as far as can be told without asking the server."""
    _module(place.destination).check(place, config)


def put(path: Path, title: str, place: Place, config: Mapping[str, Any]) -> None:
    """Put a file there under its title, in place of one that has it. Raises Down to try again, NotTaken to give up."""
    _module(place.destination).put(path, title, place, config)


__all__ = ["DESTINATIONS", "FOLDER", "LOCK", "S3", "SFTP", "Down", "NotTaken", "Place", "check", "put"]

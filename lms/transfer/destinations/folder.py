"""A folder of the installation, with one for each organization in it."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lms.transfer.destinations.place import Down, Place


def check(place: Place, config: Mapping[str, Any]) -> None:
    """There is always a folder."""


def put(path: Path, title: str, place: Place, config: Mapping[str, Any]) -> None:
    """Copy it beside, then give it its name."""
    folder = Path(config["EXPORT_FOLDER"]) / place.slug
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / f"{title}.part")
        (folder / f"{title}.part").replace(folder / title)
    except OSError as error:
        raise Down(f"The folder cannot be written to: {error.strerror or error}.") from error

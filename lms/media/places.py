"""Which store this installation uses."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from lms.media.folder import FolderStore
from lms.media.store import Store


class Place:
    """What `configure` was told."""

    store: ClassVar[Store | None] = None


def configure(config: Mapping[str, Any]) -> None:
    """A bucket when `MEDIA_S3_BUCKET` is set, else the folder `MEDIA_FOLDER`, by default `media` in the instance."""
    if config["MEDIA_S3_BUCKET"]:
        # By name, because its library takes 10 MB that an installation with a folder need not load.
        Place.store = import_module("lms.media.s3").S3Store(
            config["MEDIA_S3_BUCKET"],
            prefix=config["MEDIA_S3_PREFIX"],
            endpoint=config["MEDIA_S3_ENDPOINT"],
            region=config["MEDIA_S3_REGION"],
        )
    else:
        Place.store = FolderStore(Path(config["MEDIA_FOLDER"] or config["INSTANCE"] / "media").resolve())


def blobs() -> Store:
    """The store. For files that are not a `MediaFile` each, such as the thousands of a package."""
    assert Place.store is not None, "lms.media.configure has not been called"
    return Place.store

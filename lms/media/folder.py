"""Files in a folder of this machine, or of a file server that all machines see."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from lms.errors import NotFound
from lms.media.store import CHUNK


class FolderStore:
    """A file per key, below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where `key` is; raises ValueError for one that would lead outside."""
        path = self.root / key
        if not key or "\0" in key or ".." in Path(key).parts or not path.is_relative_to(self.root):
            raise ValueError(f"{key!r} is not a key")
        return path

    def write(self, key: str, stream: BinaryIO) -> None:
        """Write beside and rename, so that nobody ever sees half a file."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with open(descriptor, "wb") as file:
                shutil.copyfileobj(stream, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(beside)
            raise

    def open(self, key: str) -> BinaryIO:
        """The file itself."""
        try:
            return open(self.path(key), "rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound("This file is no longer there.") from None

    def size(self, key: str) -> int:
        """From the folder's own books."""
        path = self.path(key)
        if not path.is_file():
            raise NotFound("This file is no longer there.")
        return path.stat().st_size

    def delete(self, key: str) -> None:
        """Remove the file, and its folder when it was the last."""
        path = self.path(key)
        with suppress(FileNotFoundError):
            path.unlink()
        with suppress(OSError):
            path.parent.rmdir()

    def delete_all(self, prefix: str) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path(prefix.rstrip("/")), ignore_errors=True)

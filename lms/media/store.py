"""The one interface behind which files are kept."""

from typing import BinaryIO, Protocol

CHUNK = 256 * 1024
"""Bytes that are moved at a time; nothing ever holds a whole file."""


class Store(Protocol):
    """Keeps streams of bytes by key; a key looks like a path with `/`."""

    def write(self, key: str, stream: BinaryIO) -> None:
        """Keep what `stream` gives, all or nothing; when reading raises, nothing is kept and the error goes on."""
        ...

    def open(self, key: str) -> BinaryIO:
        """A stream that can be read from any position; reads only what is asked for. Raises NotFound."""
        ...

    def size(self, key: str) -> int:
        """Bytes kept under `key`; raises NotFound."""
        ...

    def delete(self, key: str) -> None:
        """Forget `key`; does nothing if it is not there."""
        ...

    def delete_all(self, prefix: str) -> None:
        """Forget every key that begins with `prefix`, which ends with `/`."""
        ...

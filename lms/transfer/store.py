"""Where the files of imports and exports lie: a folder of the installation, a folder in it for each organization."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lms.config import instance_folder
from lms.errors import Invalid

PIECE = 64 * 1024


def folder() -> Path:
    """The folder; `LMS_TRANSFER` names another one, on a disk that web and workers share."""
    path = Path(os.environ.get("LMS_TRANSFER") or instance_folder() / "transfer")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def save(pieces: Iterable[bytes], organization_id: int, limit: int) -> str:
    """Keep what comes, piece by piece; returns its key. Raises Invalid for nothing, or more than `limit` bytes."""
    key = f"{organization_id}/{secrets.token_hex(16)}"
    path = path_of(key)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    size = 0
    try:
        with open(path, "xb") as file:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise Invalid("file", f"This file is larger than {limit // 1024 // 1024} MB. Split it.")
                file.write(piece)
        if size == 0:
            raise Invalid("file", "This file is empty.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return key


def path_of(key: str) -> Path:
    """Where a file lies."""
    assert re.fullmatch(r"\d+/[\w.-]+", key), key
    return folder() / key


@contextmanager
def held(key: str) -> Iterator[bool]:
    """Whether this process is the one that works on a file in the block; the lock ends with the process, however."""
    with open(path_of(key), "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def remove(key: str) -> None:
    """Forget a file; nothing happens when it is gone."""
    if key:
        path_of(key).unlink(missing_ok=True)

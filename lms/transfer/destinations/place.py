"""What a destination is told, and how it says no."""

from dataclasses import dataclass

from lms.locking import Lock

LOCK = Lock("lms: secrets of destinations")
"""Of the passwords and private keys of destinations, which are shown to nobody again."""


class Down(Exception):
    """The far end does not answer, or cannot take it now: to be tried again. The text is for people."""


class NotTaken(Exception):
    """The far end refuses, or is not the one that was meant: to try again would not help. The text is for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where files go; what a kind of destination does not have is empty."""

    destination: str
    slug: str
    """The organization's, which in a folder and in a bucket all its files are under."""
    bucket: str = ""
    folder: str = ""
    host: str = ""
    port: int = 22
    username: str = ""
    host_key: str = ""
    secret: str = ""
    """Password or private key."""

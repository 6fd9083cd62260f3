"""A client of the REST API, for programs: the standard library and httpx, and nothing else of the LMS.

    with Client("https://lms.example", "lms_….…") as lms:
        for person in lms.list("people", active=True):
            ...

It imports relatively, so that the folder can be installed or copied by itself: `pip install ./lms/client`.
"""

from .client import Client
from .imports import Import
from .operations import KINDS, RESOURCES
from .problems import ClientError, Conflict, Forbidden, Gone, Invalid, Problem, Stale, Unreachable

__all__ = [
    "KINDS",
    "RESOURCES",
    "Client",
    "ClientError",
    "Conflict",
    "Forbidden",
    "Gone",
    "Import",
    "Invalid",
    "Problem",
    "Stale",
    "Unreachable",
]

"""Tracking: learners at packages, what the packages report, and the result it comes to."""

from lms.tracking.attempts import (
    attempts_page,
    contents_of,
    current_attempt,
    find_attempt,
    mark_done,
    number_of_attempts,
)
from lms.tracking.cmi5 import activity_of, actor_of
from lms.tracking.launches import find_by_auth, find_launch, give_auth_token, launch, report
from lms.tracking.models import Document, Launch, PackageAttempt, Statement, UnitAttempt
from lms.tracking.scorm import initial
from lms.tracking.statements import latest_statements

__all__ = [
    "Document",
    "Launch",
    "PackageAttempt",
    "Statement",
    "UnitAttempt",
    "activity_of",
    "actor_of",
    "attempts_page",
    "contents_of",
    "current_attempt",
    "find_attempt",
    "find_by_auth",
    "find_launch",
    "give_auth_token",
    "initial",
    "latest_statements",
    "launch",
    "mark_done",
    "number_of_attempts",
    "report",
]

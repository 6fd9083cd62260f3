"""Learning: attempts at contents, what was answered, and what the answers say about the questions."""

from lms.learning.answers import Answered, answer, answered
from lms.learning.asking import view_of, views
from lms.learning.attempts import (
    Standing,
    close_overdue,
    finish,
    keep_place,
    standing,
    start,
    under_way_on,
)
from lms.learning.models import Answer, Attempt

__all__ = [
    "Answer",
    "Answered",
    "Attempt",
    "Standing",
    "answer",
    "answered",
    "close_overdue",
    "finish",
    "keep_place",
    "standing",
    "start",
    "under_way_on",
    "view_of",
    "views",
]

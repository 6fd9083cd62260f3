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
)
from lms.learning.models import Answer, Attempt
from lms.learning.statistics import Figures, figures, under_way_by_version, under_way_on

__all__ = [
    "Answer",
    "Answered",
    "Attempt",
    "Figures",
    "Standing",
    "answer",
    "answered",
    "close_overdue",
    "figures",
    "finish",
    "keep_place",
    "standing",
    "start",
    "under_way_by_version",
    "under_way_on",
    "view_of",
    "views",
]

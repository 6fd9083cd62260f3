"""Results: what somebody achieved on a subject, and how far they are in a course."""

from lms.results.models import Result
from lms.results.results import (
    Outcome,
    confirm_attendance,
    correct,
    finish_content,
    passed_subjects,
    progress,
    record,
    results_page,
)

__all__ = [
    "Outcome",
    "Result",
    "confirm_attendance",
    "correct",
    "finish_content",
    "passed_subjects",
    "progress",
    "record",
    "results_page",
]

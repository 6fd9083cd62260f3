"""Results: what somebody achieved on a subject, and how far they are in a course."""

from lms.results.bulk import Achievement, record_many
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
    "Achievement",
    "Outcome",
    "Result",
    "confirm_attendance",
    "correct",
    "finish_content",
    "passed_subjects",
    "progress",
    "record",
    "record_many",
    "results_page",
]

"""Results: what somebody achieved on a subject, and how far they are in a course."""

from lms.results.models import Result
from lms.results.results import confirm_attendance, finish_content, passed_subjects, progress, results_page

__all__ = ["Result", "confirm_attendance", "finish_content", "passed_subjects", "progress", "results_page"]

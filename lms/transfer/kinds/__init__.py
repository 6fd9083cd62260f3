"""Kinds of imports, each as data: a new one is a file here and a line below."""

from lms.transfer.kinds.courses import COURSES
from lms.transfer.kinds.departments import DEPARTMENTS
from lms.transfer.kinds.enrollments import ENROLLMENTS
from lms.transfer.kinds.kind import Column, Kind, Line, Run
from lms.transfer.kinds.people import PEOPLE
from lms.transfer.kinds.qualifications import QUALIFICATIONS
from lms.transfer.kinds.results import RESULTS

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (PEOPLE, DEPARTMENTS, COURSES, ENROLLMENTS, RESULTS, QUALIFICATIONS)
}
"""In the order in which a new organization imports them."""

__all__ = ["KINDS", "Column", "Kind", "Line", "Run"]

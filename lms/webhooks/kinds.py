"""What a webhook can tell of: kinds of objects, what may happen to them, and what that is called."""

import re

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from lms.events import ACTIONS

TYPES: dict[str, LazyString] = {
    "User": _("People"),
    "Department": _("Departments"),
    "JobFunction": _("Job functions"),
    "Course": _("Courses"),
    "Subject": _("Subjects"),
    "Content": _("Contents"),
    "Enrollment": _("Enrollments"),
    "Result": _("Results"),
    "Event": _("Events"),
    "Session": _("Sessions of events"),
    "Registration": _("Registrations"),
    "Attendance": _("Attendance"),
    "Qualification": _("Qualifications"),
    "Holding": _("Qualifications of people"),
    "Evidence": _("Evidence"),
    "Exemption": _("Exemptions"),
    "Requirement": _("Requirements"),
    "Certificate": _("Certificates"),
}
"""By the name of the object's type in a change; what is not here is nobody's business outside."""

HEARS = {type: set(ACTIONS) for type in TYPES}

TEST = "lms.webhook.test"
"""The type of the message that the test button sends."""


def spelled(type: str) -> str:
    """JobFunction as job_function."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type).lower()


def name_of(type: str, action: str) -> str:
    """The type of a CloudEvent, such as lms.course.updated."""
    return f"lms.{spelled(type)}.{action}"

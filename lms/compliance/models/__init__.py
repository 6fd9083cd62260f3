"""Tables of compliance: what can be held, what is held, who must hold it, and how things stand."""

from lms.compliance.models.holdings import Evidence, Holding, SignOff
from lms.compliance.models.qualifications import Inclusion, Qualification, QualificationCourse
from lms.compliance.models.requirements import Assignment, DepartmentPlace, Exemption, Requirement
from lms.compliance.models.statuses import DailyTally, Status, StatusPeriod, Sweep, Tally

__all__ = [
    "Assignment",
    "DailyTally",
    "DepartmentPlace",
    "Evidence",
    "Exemption",
    "Holding",
    "Inclusion",
    "Qualification",
    "QualificationCourse",
    "Requirement",
    "SignOff",
    "Status",
    "StatusPeriod",
    "Sweep",
    "Tally",
]

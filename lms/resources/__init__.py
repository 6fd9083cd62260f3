"""Resources: what can be asked for by call and exported as a file, each as data."""

from lms.resources.classroom import REGISTRATIONS
from lms.resources.compliance import COMPLIANCE, EXEMPTIONS, QUALIFICATIONS, REQUIREMENTS
from lms.resources.courses import CONTENTS, COURSES, EVENTS, SUBJECTS
from lms.resources.exchange import WEBHOOK_ENDPOINTS
from lms.resources.holdings import EVIDENCE, HOLDINGS
from lms.resources.learning import ENROLLMENTS, RESULTS
from lms.resources.oversight import ACTIVITIES, AUDITS, CHANGES
from lms.resources.people import DEPARTMENTS, JOB_FUNCTIONS, PEOPLE
from lms.resources.resource import Argument, Field, Resource, in_json

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        PEOPLE, DEPARTMENTS, JOB_FUNCTIONS, COURSES, SUBJECTS, CONTENTS, EVENTS, ENROLLMENTS, RESULTS,
        REGISTRATIONS, QUALIFICATIONS, REQUIREMENTS, EXEMPTIONS, HOLDINGS, EVIDENCE, COMPLIANCE,
        AUDITS, ACTIVITIES, CHANGES, WEBHOOK_ENDPOINTS,
    )
}  # fmt: skip
"""All of them, in the order in which they are listed."""

__all__ = ["RESOURCES", "Argument", "Field", "Resource", "in_json"]

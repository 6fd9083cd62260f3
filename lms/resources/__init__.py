"""Resources: what can be asked for by call and exported as a file, each as data."""

from lms.resources.classroom import REGISTRATIONS
from lms.resources.courses import CONTENTS, COURSES, EVENTS, SUBJECTS
from lms.resources.exchange import WEBHOOK_ENDPOINTS
from lms.resources.learning import ENROLLMENTS, RESULTS
from lms.resources.oversight import ACTIVITIES, AUDITS, CHANGES
from lms.resources.people import DEPARTMENTS, JOB_FUNCTIONS, PEOPLE
from lms.resources.resource import Field, Resource, in_json, shown

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        PEOPLE, DEPARTMENTS, JOB_FUNCTIONS, COURSES, SUBJECTS, CONTENTS, EVENTS, ENROLLMENTS, RESULTS,
        REGISTRATIONS, AUDITS, ACTIVITIES, CHANGES, WEBHOOK_ENDPOINTS,
    )
}  # fmt: skip
"""All of them, in the order in which they are listed."""

__all__ = ["RESOURCES", "Field", "Resource", "in_json", "shown"]

"""Issue a certificate when a course is completed."""

from lms.certificates.issuing import issue_for_completion
from lms.events import Change, EventCenter


@EventCenter.subscriber(
    "certificates",
    ordered=True,
    hears={"Enrollment": {"created", "updated"}},
)
def certify(change: Change) -> None:
    """One certificate for each completion; nothing else about an enrollment matters here."""
    completed = change.difference.get("completed_at", (None, None))[1]
    if completed:
        issue_for_completion(change.state, change.object_id, change.organization_id)

"""Issue a certificate when a course is completed or a qualification held, and keep it true afterwards."""

from lms.certificates.issuing import follow_holding, issue_for_completion
from lms.events import Change, EventCenter


@EventCenter.subscriber(
    "certificates",
    ordered=True,
    hears={"Enrollment": {"created", "updated"}, "Holding": {"created", "updated"}},
)
def certify(change: Change) -> None:
    """One certificate for each completion and each holding; of a holding every later correction counts too."""
    if change.object_type == "Holding":
        follow_holding(change.state, change.object_id, change.organization_id)
    elif change.difference.get("completed_at", (None, None))[1]:
        issue_for_completion(change.state, change.object_id, change.organization_id)

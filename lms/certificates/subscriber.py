"""Issue a certificate when a course is completed or a qualification held, and keep it true afterwards."""

from collections.abc import Sequence

from lms.certificates.completing import issue_for_completions
from lms.certificates.issuing import follow_holding
from lms.events import Change, EventCenter


@EventCenter.subscriber(
    "certificates",
    ordered=True,
    batch=True,
    hears={"Enrollment": {"created", "updated"}, "Holding": {"created", "updated"}},
)
def certify(changes: Sequence[Change]) -> None:
    """One certificate for each completion and each holding; of a holding every later correction counts too."""
    issue_for_completions([change.state for change in changes if _is_completion(change)])
    for change in changes:
        if change.object_type == "Holding":
            follow_holding(change.state, change.object_id, change.organization_id)


def _is_completion(change: Change) -> bool:
    return change.object_type == "Enrollment" and bool(change.difference.get("completed_at", (None, None))[1])

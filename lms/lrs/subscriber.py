"""Tell an organization's learning record store what its people achieve."""

from collections.abc import Sequence

from lms.events import Change, EventCenter, Retry
from lms.lrs.sending import send


@EventCenter.subscriber(
    "xapi", batch=True, outside=True, retry=Retry(times=12, base=5, longest=3600), time_limit=120,
    hears={"Result": {"created", "updated"}},
)  # fmt: skip
def tell(changes: Sequence[Change]) -> None:
    """Send each result as a statement whose id comes from the change; without a connection nothing is sent."""
    send(changes)

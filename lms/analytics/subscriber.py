"""Count what is done with the product, at Mixpanel."""

from collections.abc import Sequence

from lms.analytics.tracking import KINDS, track
from lms.events import Change, EventCenter, Retry


@EventCenter.subscriber(
    "analytics", batch=True, outside=True, retry=Retry(times=12, base=5, longest=3600), time_limit=90, hears=KINDS
)
def count(changes: Sequence[Change]) -> None:
    """Send those changes whose organization has a Mixpanel token; the others are dealt with by doing nothing."""
    track(changes)

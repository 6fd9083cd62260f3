"""Who has dealt with which change: delivering, relaying, and what could not be delivered."""

from lms.deliveries.dead import (
    Dead,
    count_dead,
    dead_object_types,
    dead_page,
    discard,
    find_delivery,
    replay,
)
from lms.deliveries.delivering import SHORT, Outcome, deliver
from lms.deliveries.models import DEAD, DISCARDED, DONE, WAITING, Delivery, Discard
from lms.deliveries.relay import relay
from lms.deliveries.retention import forget_settled
from lms.deliveries.watching import feed, status

__all__ = [
    "DEAD",
    "DISCARDED",
    "DONE",
    "SHORT",
    "WAITING",
    "Dead",
    "Delivery",
    "Discard",
    "Outcome",
    "count_dead",
    "dead_object_types",
    "dead_page",
    "deliver",
    "discard",
    "feed",
    "find_delivery",
    "forget_settled",
    "relay",
    "replay",
    "status",
]

"""What the installation allows and is called; set once by `configure`."""

from collections.abc import Mapping
from typing import Any

from lms.webhooks.addresses import Reach

reach = Reach()
base = ""
"""The installation's address, as it stands in the source of an event."""


def configure(config: Mapping[str, Any]) -> None:
    """Take the settings: PUBLIC_URL, WEBHOOKS_ALLOW_HTTP, WEBHOOKS_ALLOW_INTERNAL."""
    global reach, base
    reach, base = reach_of(config), config["PUBLIC_URL"]


def reach_of(config: Mapping[str, Any]) -> Reach:
    """Where webhooks may go."""
    return Reach(http=config["WEBHOOKS_ALLOW_HTTP"], internal=config["WEBHOOKS_ALLOW_INTERNAL"])

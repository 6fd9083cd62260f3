"""Pictures for people to look at."""

import os
from typing import Any

from playwright.sync_api import Locator, Page


def photograph(what: Page | Locator, **options: Any) -> None:
    """Take one where SCREENSHOTS names a folder; what a test shows does not depend on it."""
    if os.environ.get("SCREENSHOTS"):
        what.screenshot(**options)

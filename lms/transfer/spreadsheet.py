"""Text that a spreadsheet shows instead of running it."""

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run what begins with one of these (OWASP, CSV injection)."""


def safe(value: Any) -> Any:
    """The value, with an apostrophe before text that begins like a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULA else value

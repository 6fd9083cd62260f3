"""An audit as bytes: the same ones whatever database it was read from, and the digests that are made of them.

JSON in UTF-8 without spaces, the keys of an object sorted; moments in UTC with six digits after the second; a number
without a fraction as an integer, because PostgreSQL's JSONB gives 1e20 back as 100000000000000000000.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

FACTS = (
    "id", "organization_id", "change_id", "occurred_at", "action", "object_type", "object_id", "actor_id",
    "request_id", "via",
)  # fmt: skip
"""What happened, without what it says of a person except under a number."""
DETAILS = ("title", "difference", "actor_name", "address")
"""What may have to be erased: digested by itself, with a salt, so that the digest tells nothing once that is gone."""

NOTHING = "0" * 64
"""What the first entry of a chain follows."""


FRACTION = re.compile(r'(?:^|":|[\[,])-?\d+[.e]')
"""Where the text may hold a number that Python writes as a float; also finds some strings, never misses a number."""


def canonical(value: Any) -> bytes:
    """The bytes of a value made of what JSON knows, and moments."""
    text = _text(value)
    # Floats are rare, and only they need every value to be looked at from Python.
    if FRACTION.search(text):
        text = _text(_plain(value))
    return text.encode("utf-8", "surrogatepass")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def details_digest(audit: Mapping[str, Any], salt: str) -> str:
    """The digest of what may have to be erased."""
    return _digest([salt, *(audit[name] for name in DETAILS)])


def entry_digest(audit: Mapping[str, Any], details: str) -> str:
    """The digest of a whole audit, of which `details` is that of a part."""
    return _digest([*(audit[name] for name in FACTS), details])


def link(previous: str, organization_id: int, number: int, sealed_at: datetime, digest: str) -> str:
    """The hash of entry `number` of a chain, which follows the one whose hash is `previous`."""
    return _digest(["lms audits 1", previous, organization_id, number, sealed_at, digest])


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return int(exact) if exact.is_finite() and exact == exact.to_integral_value() else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value]

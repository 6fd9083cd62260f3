"""Audits as they are digested: plain values by name, read without making objects of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from lms.audits.canonical import DETAILS, FACTS, details_digest, entry_digest
from lms.audits.models import Audit
from lms.audits.signing import sign

NAMES = (*FACTS, *DETAILS)
COLUMNS = [Audit.__table__.c[name] for name in NAMES]
"""To be selected last, after what else is wanted."""

Values = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]


def values_of(row: Sequence[Any]) -> Values | None:
    """The audit at the end of a row; None where an outer join found none."""
    values = dict(zip(NAMES, row[-len(NAMES) :], strict=True))
    return values if values["id"] is not None else None


def stamp_facts(audit: Values) -> list[Any]:
    """What is signed when an audit is written: everything but its id, which the database gives."""
    return [audit[name] for name in NAMES[1:]]


def stamped(audit: Values) -> str:
    """The signature of an audit that is being written."""
    return sign("stamp", *stamp_facts(audit))


def digest_of(audit: Values, salt: str) -> str:
    """The digest of an audit, for its entry in the chain."""
    return entry_digest(audit, details_digest(audit, salt))

"""What a verification finds, in words."""

from dataclasses import asdict, dataclass
from typing import Any

ALTERED, LINK, DELETED, MISSING = "altered", "link", "deleted", "missing"
SWAPPED, SWAPPED_SEALS = "swapped", "reordered"
INSERTED, TRUNCATED, REWRITTEN, BEYOND = "inserted", "truncated", "rewritten", "beyond"
NO_CHAIN, FORGED_CHAIN = "no_chain", "forged_chain"
CHANGED_EARLY, DELETED_EARLY, LOST = "changed_early", "deleted_early", "lost"
HEAD_DIFFERS, HEAD_GONE, HEAD_REMOVED = "head_differs", "head_gone", "head_removed"

WORDS = {
    ALTERED: "Entry %(number)s: the audit of change %(change_id)s was altered.",
    LINK: "Entry %(number)s: the entry of the chain was altered, or does not belong here (change %(change_id)s).",
    DELETED: "Entry %(number)s: the audit of change %(change_id)s was removed.",
    MISSING: "Entries %(number)s to %(other)s are missing, with whatever audits they were for.",
    SWAPPED: "Entries %(number)s and %(other)s: their audits were swapped (change %(change_id)s).",
    SWAPPED_SEALS: "Entries %(number)s and %(other)s were swapped in the chain (change %(change_id)s).",
    INSERTED: "The audit of change %(change_id)s was inserted: it is in no chain, and was not written by the LMS.",
    TRUNCATED: "The end of the chain is cut off: entries %(number)s to %(other)s are missing.",
    REWRITTEN: "The last entry, %(number)s, is not the one that was signed: the chain was made anew.",
    BEYOND: "Entries from %(number)s to %(other)s lie beyond the signed end of the chain: they were inserted.",
    NO_CHAIN: "The signed end of the chain is gone.",
    FORGED_CHAIN: "The end of the chain is not what the LMS signed. Nothing is sealed until it is looked into.",
    CHANGED_EARLY: "The audit of change %(change_id)s was altered or inserted before it was sealed.",
    DELETED_EARLY: "The audit of change %(change_id)s was removed before it was sealed.",
    LOST: "The audit of change %(change_id)s was written, and is gone without a trace in the chain.",
    HEAD_DIFFERS: "Entry %(number)s is not the one that was exported: the history up to it was rewritten.",
    HEAD_GONE: "Entry %(number)s was exported, but the chain ends at %(other)s: its end was cut off, or turned back.",
    HEAD_REMOVED: "Entry %(number)s cannot be compared: entries up to %(other)s were removed by retention.",
}
"""By kind; translated on the page."""

MOST = 200
"""Problems kept one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was written. `number` and `other` are of entries, `change_id` is a change's."""

    kind: str
    number: int | None = None
    change_id: int | None = None
    other: int | None = None

    @property
    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return WORDS[self.kind] % asdict(self)

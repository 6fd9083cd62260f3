"""Heads: the end of a chain as one line, to be kept where nobody who can write to the database can.

`lms-audits-1:<organization>:<number>:<hash>:<moment>:<signature>`; the signature is for the reader's own comfort, since
only this installation can check it: what proves something is that the line was kept elsewhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from lms.audits.chain import AuditChain
from lms.audits.signing import is_ours, sign
from lms.errors import Invalid

MARK = "lms-audits-1"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain at some moment."""

    organization_id: int
    number: int
    hash: str
    at: datetime


def exported(chain: AuditChain) -> str:
    """The line for the chain as it is; raises Invalid for one that this installation did not sign."""
    if not chain.is_ours:
        raise Invalid("head", "The end of this chain is not what was signed. Verify it first.")
    at = chain.sealed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    facts = f"{MARK}:{chain.organization_id}:{chain.number}:{chain.hash}:{at}"
    return f"{facts}:{sign('head', facts)}"


def parsed(line: str) -> Head:
    """The head in a line that was exported; raises Invalid for anything else, and for one with a mistake in it."""
    facts, _colon, signature = line.strip().rpartition(":")
    if not is_ours(signature, "head", facts):
        raise Invalid("head", "This is no head that was exported here, or some of it is missing.")
    _mark, organization_id, number, digest, at = facts.split(":")
    moment = datetime.strptime(at, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    return Head(int(organization_id), int(number), digest, moment)

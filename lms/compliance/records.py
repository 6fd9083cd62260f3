"""What an administrator puts on record that people hold: shown elsewhere, or kept in another system until now.

It is evidence that is accepted at once, so everything follows from it as from a certificate that was handed in. It may
be of any qualification, also of one for which people cannot hand in certificates themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from lms.accounts import User
from lms.bulk import create_rows
from lms.compliance.awards import EVIDENCE
from lms.compliance.days import today_of
from lms.compliance.deriving import recompute
from lms.compliance.evidence import EvidenceAttrs
from lms.compliance.models import Evidence, Holding, Qualification
from lms.compliance.models.holdings import ACCEPTED
from lms.compliance.qualifications import EARLIEST, LATEST
from lms.db import find, snapshot, transaction, utcnow
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize


class RecordAttrs(EvidenceAttrs):
    """Who holds it, besides what a certificate says."""

    user_id: int


def record(attrs: RecordAttrs, actor: Any) -> Holding:
    """Put on record that somebody holds a qualification; returns what they hold by it, with its last valid day.

    Raises Invalid for a day in the future, and where the person or the qualification is not there.
    """
    authorize(actor, "edit", "Holding")
    for field, model in (("user_id", User), ("qualification_id", Qualification)):
        try:
            find(model, getattr(attrs, field), actor.organization_id)
        except NotFound:
            raise Invalid(field, "Choose one from the list.") from None
    wrong = what_is_wrong(attrs.obtained_on, attrs.expires_on, today_of(actor.organization_id))
    if wrong:
        raise Invalid("obtained_on", wrong)
    evidence = Evidence(**_accepted(attrs.model_dump(), actor))
    with transaction() as session:
        session.add(evidence)
        EventCenter.broadcast("created", evidence, actor)
        recompute(actor.organization_id, [attrs.user_id], [attrs.qualification_id])
        return session.scalars(
            select(Holding).where(Holding.source == EVIDENCE, Holding.source_id == evidence.id)
        ).one()


def record_many(rows: Sequence[Mapping[str, Any]], actor: Any) -> list[int]:
    """Put many on record at once, in the caller's transaction; returns the ids of the evidence.

    Rows have the fields of `RecordAttrs`, checked by the caller with `what_is_wrong`, of people and qualifications of
    the actor's organization. What they hold by it is worked out when the changes are heard.
    """
    authorize(actor, "edit", "Holding")
    return create_rows(Evidence, [_accepted(row, actor) for row in rows], actor)


def correct_many(pairs: Sequence[tuple[Evidence, Mapping[str, Any]]], actor: Any) -> None:
    """Correct what was put on record, in the caller's transaction."""
    authorize(actor, "edit", "Holding")
    for evidence, values in pairs:
        previous = snapshot(evidence)
        for name, value in values.items():
            setattr(evidence, name, value)
        EventCenter.broadcast("updated", previous, evidence, actor)


def what_is_wrong(obtained_on: date, expires_on: date | None, today: date) -> str:
    """What is wrong with the days, as a sentence; empty where nothing is."""
    if not EARLIEST <= obtained_on <= today:
        return "It cannot have been obtained on a day that is still to come, or before 1900."
    if expires_on is not None and not obtained_on <= expires_on <= LATEST:
        return "The last valid day must not be before the day it was obtained."
    return ""


def _accepted(values: Mapping[str, Any], actor: Any) -> dict[str, Any]:
    reviewed = {"state": ACCEPTED, "reviewed_by_id": actor.id, "reviewed_at": utcnow()}
    return {"organization_id": actor.organization_id, **values, **reviewed}

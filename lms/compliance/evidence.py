"""What people hand in for a qualification, who reviews it, and what an instructor signs off."""

from datetime import date
from typing import Annotated, BinaryIO, Self

from flask_babel import lazy_gettext as _
from pydantic import StringConstraints, model_validator
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from lms import media
from lms.accounts import User
from lms.attrs import Attrs
from lms.compliance.days import today_of
from lms.compliance.models import Evidence, Qualification, SignOff
from lms.compliance.models.holdings import ACCEPTED, REFUSED, SUBMITTED
from lms.compliance.qualifications import EARLIEST, LATEST, OptionalDate
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import EventCenter
from lms.media import MediaFile
from lms.paging import Page, paginate
from lms.policy import authorize, may

LARGEST = 15 * 1024 * 1024
"""Bytes of a certificate that somebody hands in."""
KINDS = media.Kinds(
    frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", "image/heic"}),
    _("Choose a PDF file or a picture (PNG, JPEG, WebP or HEIC)."),
)

Note = Annotated[str, StringConstraints(max_length=1000)]


class EvidenceAttrs(Attrs):
    """Which qualification, when it was obtained, by whom it was issued, and its last valid day if it names one."""

    qualification_id: int
    obtained_on: date
    expires_on: OptionalDate = None
    issuer: Annotated[str, StringConstraints(max_length=200)] = ""
    note: Note = ""

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if not EARLIEST <= self.obtained_on <= LATEST:
            raise Invalid("obtained_on", "Give a date between 1900 and 2200.")
        if self.expires_on is not None and not self.obtained_on <= self.expires_on <= LATEST:
            raise Invalid("expires_on", "The last valid day must not be before the day it was obtained.")
        return self


def hand_in(attrs: EvidenceAttrs, stream: BinaryIO, name: str, actor: User) -> Evidence:
    """Hand in a certificate of one's own, a document or picture of at most LARGEST bytes. Raises Invalid."""
    qualification = _qualification(attrs.qualification_id, actor)
    if not qualification.accepts_evidence:
        raise Invalid("qualification_id", "Certificates from elsewhere do not count for this qualification.")
    _check_past("obtained_on", attrs.obtained_on, actor)
    evidence = Evidence(organization_id=actor.organization_id, user_id=actor.id, **attrs.model_dump())
    with transaction() as session:
        file = media.store(stream, name, actor, purpose="evidence", kinds=KINDS, largest=LARGEST)
        evidence.media_id = file.id
        session.add(evidence)
        EventCenter.broadcast("created", evidence, actor)
    return evidence


def accept_evidence(evidence: Evidence, note: str, actor: User) -> None:
    """It counts, from the day it was obtained. Raises NotAllowed for one's own, Conflict when it was reviewed."""
    _review(evidence, ACCEPTED, note, actor)


def refuse_evidence(evidence: Evidence, note: str, actor: User) -> None:
    """It does not count; the note says why. Raises Invalid without a note, and as `accept_evidence` does."""
    if not note.strip():
        raise Invalid("note", "Say why, so that the person knows what to hand in instead.")
    _review(evidence, REFUSED, note, actor)


def _review(evidence: Evidence, state: str, note: str, actor: User) -> None:
    authorize(actor, "review", evidence)
    if evidence.user_id == actor.id:
        raise NotAllowed("Somebody else must review what you handed in yourself.")
    with transaction() as session:
        session.refresh(evidence, with_for_update=True)
        if evidence.state == state or evidence.state == REFUSED:
            raise Conflict("Somebody else has reviewed this meanwhile. Reload the page.")
        previous = snapshot(evidence)
        evidence.state, evidence.review_note = state, note.strip()
        evidence.reviewed_by_id, evidence.reviewed_at = actor.id, utcnow()
        EventCenter.broadcast("updated", previous, evidence, actor)


def evidence_file(evidence: Evidence, actor: User) -> MediaFile:
    """The uploaded file, for the person and for reviewers. Raises NotAllowed, NotFound when there is none."""
    authorize(actor, "view", evidence)
    if evidence.media_id is None:
        raise NotFound("There is no file with this evidence.")
    return media.find_file(evidence.media_id, actor)


SORTS = {"handed_in": Evidence.created_at, "person": User.name, "qualification": Qualification.title}


def evidence_page(
    actor: User, q: str = "", sort: str = "handed_in", number: int = 1, size: int = 25, *,
    state: str = SUBMITTED, own: bool = False,
) -> Page[Evidence]:  # fmt: skip
    """Evidence to be reviewed, or with `own` what the actor handed in; an empty `state` is all. Four statements."""
    statement = (
        select(Evidence)
        .join(Evidence.user)
        .join(Evidence.qualification)
        .where(Evidence.organization_id == actor.organization_id)
        .options(selectinload(Evidence.user), selectinload(Evidence.qualification))
    )
    if own or not may(actor, "review", "Evidence"):
        statement = statement.where(Evidence.user_id == actor.id)
    if state:
        statement = statement.where(Evidence.state == state)
    if q:
        statement = statement.where(
            User.name.icontains(q, autoescape=True) | Qualification.title.icontains(q, autoescape=True)
        )
    column = SORTS.get(sort.lstrip("-"), Evidence.created_at)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Evidence.id), number, size)


def waiting_evidence(organization_id: int) -> int:
    """How many pieces wait for a review; one statement."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Evidence)
            .where(Evidence.organization_id == organization_id, Evidence.state == SUBMITTED)
        )
        or 0
    )


class SignOffAttrs(Attrs):
    """Who can do what, seen on which day."""

    user_id: int
    qualification_id: int
    signed_on: date
    note: Note = ""


def sign_off(attrs: SignOffAttrs, actor: User) -> SignOff:
    """An instructor saw that somebody can do it. Raises Invalid for oneself or where sign-off does not count."""
    authorize(actor, "edit", "SignOff")
    qualification = _qualification(attrs.qualification_id, actor)
    if not qualification.accepts_sign_off:
        raise Invalid("qualification_id", "This qualification is not signed off by an instructor.")
    try:
        find(User, attrs.user_id, actor.organization_id)
    except NotFound:
        raise Invalid("user_id", "Choose one from the list.") from None
    if attrs.user_id == actor.id:
        raise Invalid("user_id", "Somebody else must sign you off.")
    _check_past("signed_on", attrs.signed_on, actor)
    row = SignOff(
        organization_id=actor.organization_id, signed_by_id=actor.id, withdrawn=False, **attrs.model_dump()
    )
    with transaction() as session:
        session.add(row)
        EventCenter.broadcast("created", row, actor)
    return row


def withdraw_sign_off(row: SignOff, actor: User) -> None:
    """It was a mistake: it no longer counts."""
    authorize(actor, "edit", row)
    with transaction():
        previous = snapshot(row)
        row.withdrawn = True
        EventCenter.broadcast("updated", previous, row, actor)


def sign_offs_page(
    organization_id: int, q: str = "", sort: str = "", number: int = 1, size: int = 25
) -> Page[SignOff]:
    """Sign-offs that stand, the latest first; four statements."""
    statement = (
        select(SignOff)
        .join(SignOff.user)
        .where(SignOff.organization_id == organization_id, ~SignOff.withdrawn)
        .options(selectinload(SignOff.user), selectinload(SignOff.qualification))
        .order_by(SignOff.signed_on.desc(), SignOff.id.desc())
    )
    if q:
        statement = statement.where(User.name.icontains(q, autoescape=True))
    return paginate(statement, number, size)


def _qualification(id: int, actor: User) -> Qualification:
    try:
        return find(Qualification, id, actor.organization_id)
    except NotFound:
        raise Invalid("qualification_id", "Choose one from the list.") from None


def _check_past(field: str, day: date, actor: User) -> None:
    if not EARLIEST <= day <= today_of(actor.organization_id):
        raise Invalid(field, "Give a day that is not in the future.")

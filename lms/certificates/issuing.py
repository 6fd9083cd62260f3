"""Issuing certificates, exactly one for each cause, and what becomes of them: superseded, corrected, revoked."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts import Organization, User
from lms.certificates.models import QUALIFICATION, Certificate
from lms.certificates.numbers import new_number
from lms.certificates.templates import current_template
from lms.compliance.models import Qualification
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize

LONGEST_REASON = 500
ENROLLMENT, HOLDING = "Enrollment", "Holding"


def today(organization: Organization) -> date:
    """The date where the organization is."""
    return utcnow().astimezone(ZoneInfo(organization.timezone)).date()


def _of_holding(id: int) -> Certificate | None:
    return db.session.scalar(
        select(Certificate).where(Certificate.source_type == HOLDING, Certificate.source_id == id)
    )


def _make(holding: Mapping[str, Any], id: int, title: str, organization_id: int) -> Certificate:
    template = current_template(organization_id)
    certificate = Certificate(
        organization_id=organization_id,
        number=new_number(),
        user_id=holding["user_id"],
        kind=QUALIFICATION,
        about_id=holding["qualification_id"],
        person=db.session.get_one(User, holding["user_id"]).name,
        title=title,
        issued_on=_day(holding["achieved_on"]) or date.min,
        valid_until=_day(holding["valid_until"]),
        template_id=template.id if template else None,
        source_type=HOLDING,
        source_id=id,
    )
    db.session.add(certificate)
    db.session.flush()
    supersede(certificate.user_id, QUALIFICATION, certificate.about_id, new=certificate)
    EventCenter.broadcast("created", certificate, None)
    return certificate


def supersede(user_id: int, kind: str, about_id: int, new: Certificate | None = None) -> None:
    """Point somebody's certificates about one thing that no longer count to the one that does: that issued last.

    Each is broadcast, but for one that is `new` and will be.
    """
    rows = db.session.scalars(
        select(Certificate).where(
            Certificate.user_id == user_id,
            Certificate.kind == kind,
            Certificate.about_id == about_id,
            Certificate.superseded_by_id.is_(None),
            Certificate.revoked_on.is_(None),
        )
    ).all()
    latest = max(rows, key=lambda row: (row.issued_on, row.id))
    for row in rows:
        if row is latest:
            continue
        previous = snapshot(row)
        row.superseded_by_id = latest.id
        if row is not new:
            EventCenter.broadcast("updated", previous, row, None)


def follow_holding(holding: Mapping[str, Any], id: int, organization_id: int) -> Certificate | None:
    """For a holding, given as its columns: its certificate, with the days, revocation and suspension that hold now.

    None for a holding that counted for nothing from the start. In the caller's transaction.
    """
    certificate = _of_holding(id)
    if certificate is None and holding["withdrawn"]:
        return None
    if certificate is None:
        title = db.session.scalar(select(Qualification.title).where(Qualification.id == holding["qualification_id"]))
        if title is None:
            return None
        certificate = _make(holding, id, title, organization_id)
    previous = snapshot(certificate)
    certificate.valid_until = _day(holding["valid_until"])
    certificate.suspended = any(one["until"] is None for one in holding["suspensions"])
    if certificate.revoked_by_id is None:
        _follow_revocation(certificate, holding)
    if snapshot(certificate).values != previous.values:
        EventCenter.broadcast("updated", previous, certificate, None)
    return certificate


def _follow_revocation(certificate: Certificate, holding: Mapping[str, Any]) -> None:
    revoked_on = _day(holding["revoked_on"])
    if revoked_on is None and holding["withdrawn"]:
        organization = db.session.get_one(Organization, certificate.organization_id)
        revoked_on = certificate.revoked_on or today(organization)
    certificate.revoked_on = revoked_on
    certificate.revoked_reason = (holding["revoke_reason"] or "")[:LONGEST_REASON] if revoked_on else ""


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def revoke(certificate: Certificate, reason: str, actor: User) -> Certificate:
    """Take a certificate back, for good: whoever verifies it sees that; raises Invalid without a reason."""
    authorize(actor, "revoke", certificate)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", "Say why, for whoever looks at it later.")
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"Use at most {LONGEST_REASON} characters.")
    with transaction() as session:
        session.refresh(certificate, with_for_update=True)
        if certificate.revoked_on is not None:
            raise Conflict("This certificate is revoked already.")
        previous = snapshot(certificate)
        certificate.revoked_on = today(actor.organization)
        certificate.revoked_reason, certificate.revoked_by_id = reason, actor.id
        EventCenter.broadcast("updated", previous, certificate, actor)
    return certificate


def find_certificate(id: int | str, actor: User) -> Certificate:
    """The certificate, for its holder and those who may see other people's; raises NotFound or NotAllowed."""
    certificate = find(Certificate, id, actor.organization_id)
    authorize(actor, "view", certificate)
    return certificate

"""How long audits are kept, what holds them longer, and the removal of what was kept long enough."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import structlog
from annotated_types import Ge, Le
from pydantic import EmailStr, StringConstraints
from sqlalchemy import delete, exists, select

from lms.accounts import User
from lms.attrs import Attrs
from lms.audits.canonical import link
from lms.audits.chain import NEVER, AuditChain, AuditHold, AuditPlan, AuditSeal
from lms.audits.models import Audit
from lms.audits.rows import COLUMNS, AnyRow, values_of
from lms.audits.sealing import chain_of
from lms.audits.verifying import SEAL, covers
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.policy import authorize

log = structlog.get_logger(__name__)

CHUNK = 2000
"""Entries removed in one transaction."""


class PlanAttrs(Attrs):
    """How many years audits are kept (0: for good), and how often the end of the chain is mailed to which address."""

    keep_years: Annotated[int, Ge(0), Le(100)] = 0
    address: EmailStr | Literal[""] = ""
    every: Literal["never", "daily", "weekly"] = "never"


class HoldAttrs(Attrs):
    """Why nothing may be removed."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


def plan_of(organization_id: int) -> AuditPlan:
    """The organization's plan, or one that says for good and never; one statement."""
    plan = db.session.scalar(select(AuditPlan).where(AuditPlan.organization_id == organization_id))
    return plan or AuditPlan(organization_id=organization_id, keep_years=0, address="", every=NEVER)


def set_plan(attrs: PlanAttrs, actor: User) -> AuditPlan:
    """Change it; raises Invalid where mail is wanted and no address is given."""
    authorize(actor, "edit", "AuditPlan")
    if attrs.every != NEVER and not attrs.address:
        raise Invalid("address", "Fill this in.")
    with transaction() as session:
        plan = plan_of(actor.organization_id)
        previous = snapshot(plan) if plan.id else None
        plan.keep_years, plan.address, plan.every = attrs.keep_years, attrs.address, attrs.every
        session.add(plan)
        if previous is None:
            EventCenter.broadcast("created", plan, actor)
        else:
            EventCenter.broadcast("updated", previous, plan, actor)
    return plan


def holds(actor: User) -> list[AuditHold]:
    """The organization's holds, those in force first, then the newest; one statement."""
    authorize(actor, "view", "Audit")
    mine = AuditHold.organization_id == actor.organization_id
    order = (AuditHold.lifted_at.is_not(None), AuditHold.id.desc())
    return list(db.session.scalars(select(AuditHold).where(mine).order_by(*order)))


def place_hold(attrs: HoldAttrs, actor: User) -> AuditHold:
    """From now on nothing is removed, until it is lifted."""
    authorize(actor, "edit", "AuditHold")
    with transaction() as session:
        hold = AuditHold(organization_id=actor.organization_id, reason=attrs.reason, placed_by=actor.id)
        session.add(hold)
        EventCenter.broadcast("created", hold, actor)
    return hold


def lift_hold(id: int, actor: User) -> AuditHold:
    """It is over; raises Conflict for one that was lifted."""
    authorize(actor, "edit", "AuditHold")
    with transaction():
        hold = find(AuditHold, id, actor.organization_id)
        if hold.lifted_at is not None:
            raise Conflict("This hold was lifted already.")
        previous = snapshot(hold)
        hold.lifted_at, hold.lifted_by = utcnow(), actor.id
        EventCenter.broadcast("updated", previous, hold, actor)
    return hold


def is_held(organization_id: int) -> bool:
    """Whether a hold is in force; one statement."""
    mine = (AuditHold.organization_id == organization_id, AuditHold.lifted_at.is_(None))
    return bool(db.session.scalar(select(exists().where(*mine))))


def remove_old(now: datetime | None = None, chunks: int = 100, chunk: int = CHUNK) -> int:
    """Remove what every organization has kept long enough; returns how many audits.

    Always the beginning of a chain, up to the first entry that is younger, and nothing that does not verify. The end
    of what was removed is signed, so that the rest is verified from there, and every removal is a change.
    """
    now, removed = now or utcnow(), 0
    plans = select(AuditPlan.organization_id, AuditPlan.keep_years).where(AuditPlan.keep_years > 0)
    for organization_id, years in db.session.execute(plans).all():
        while chunks > 0:
            chunks -= 1
            number = _remove_chunk(organization_id, _years_before(now, years), chunk)
            removed += number
            if number < chunk:
                break
    return removed


def _remove_chunk(organization_id: int, before: datetime, size: int) -> int:
    with transaction() as session:
        chain = chain_of(organization_id, lock=True, skip_locked=True)
        if chain is None or not chain.is_ours or is_held(organization_id):
            return 0
        mine = (AuditSeal.organization_id == organization_id, AuditSeal.number > chain.removed_number)
        rows = session.execute(
            select(*SEAL, *COLUMNS)
            .outerjoin_from(AuditSeal, Audit, Audit.change_id == AuditSeal.change_id)
            .where(*mine, AuditSeal.number < chain.number)
            .order_by(AuditSeal.number)
            .limit(size)
        ).all()
        old = _old_and_sound(rows, chain, before)
        if not old:
            return 0
        previous = snapshot(chain)
        chain.removed_number, chain.removed_hash = old[-1].number, old[-1].hash
        chain.removed_before = max(before, chain.removed_before or before)
        chain.sign()
        session.execute(delete(Audit).where(Audit.change_id.in_([row[1] for row in old])))
        session.execute(delete(AuditSeal).where(*mine, AuditSeal.number <= old[-1].number))
        EventCenter.broadcast("updated", previous, chain, None)
    log.info("old audits removed", organization=organization_id, up_to=chain.removed_number, hash=chain.removed_hash)
    return len(old)


def _old_and_sound(rows: Sequence[AnyRow], chain: AuditChain, before: datetime) -> list[AnyRow]:
    """The first of `rows`, as far as they happened before then and are what they were."""
    old: list[AnyRow] = []
    number, previous = chain.removed_number, chain.removed_hash
    for row in rows:
        audit = values_of(row)
        if audit is not None and audit["occurred_at"] >= before:
            break
        number += 1
        is_linked = link(previous, chain.organization_id, row.number, row.sealed_at, row.digest) == row.hash
        if audit is None or row.number != number or not is_linked or not covers(row, audit):
            log.error("old audits do not verify, and are not removed", organization=chain.organization_id, entry=number)
            break
        previous = row.hash
        old.append(row)
    return old


def _years_before(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - years, day=28)

"""Sealing: audits become entries of their organization's chain, in the order of the changes.

Workers write audits in any order, and a dead delivery may be replayed after weeks. So an audit waits until its change
is older than the grace, in which those of earlier changes arrive; what comes later still gets the next number when it
comes. The order of the chain is the order of sealing, and says nothing else.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, exists, func, select, update

from lms.audits.canonical import NOTHING, link
from lms.audits.chain import AuditChain, AuditSeal, AuditStamp
from lms.audits.models import Audit
from lms.audits.rows import COLUMNS, AnyRow, Values, digest_of, stamp_facts, values_of
from lms.audits.signing import is_ours
from lms.db import among, copy_rows, db, snapshot, transaction, upsert, utcnow
from lms.errors import Conflict
from lms.events import EventCenter

log = structlog.get_logger(__name__)

CHUNK = 500
"""Audits sealed in one transaction."""


def seal(grace: float, chunks: int = 200, chunk: int = CHUNK) -> int:
    """Seal what waits, of every organization; returns how many. Several may run at once, and may be killed.

    `grace` is in seconds. Not more than `chunks` transactions of five statements each, whatever their size.
    """
    sealed = 0
    waiting = select(AuditStamp.organization_id).where(AuditStamp.refused_at.is_(None)).distinct()
    for organization_id in db.session.scalars(waiting).all():
        while chunks > 0:
            chunks -= 1
            number = _seal_chunk(organization_id, timedelta(seconds=grace), chunk)
            sealed += number
            if number < chunk:
                break
    return sealed


def chain_of(organization_id: int, *, lock: bool = False, skip_locked: bool = False) -> AuditChain | None:
    """The organization's chain as it is now; None before its first audit. One statement."""
    statement = select(AuditChain).where(AuditChain.organization_id == organization_id)
    if lock:
        statement = statement.with_for_update(skip_locked=skip_locked)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def sign_again(organization_id: int, reason: str) -> AuditChain:
    """Sign the last entry there is as the end of the chain, for the operator who has looked into what was wrong.

    Needed where the key is lost, or a chain cannot be mended. It is a change, with the reason. Raises Conflict for a
    chain that stands as it was signed: there is nothing to put right.
    """
    with transaction() as session:
        chain = chain_of(organization_id, lock=True)
        if chain is not None and chain.is_ours:
            raise Conflict("The end of this chain is what was signed. There is nothing to sign again.")
        mine = AuditSeal.organization_id == organization_id
        last = session.scalar(select(AuditSeal).where(mine).order_by(AuditSeal.number.desc()).limit(1))
        first = session.scalar(select(func.min(AuditSeal.number)).where(mine))
        previous = snapshot(chain) if chain else None
        if chain is None:
            chain = AuditChain(
                organization_id=organization_id, removed_number=(first or 1) - 1, removed_hash=NOTHING, adopts_up_to=0
            )
        chain.number, chain.hash = (last.number, last.hash) if last else (0, NOTHING)
        chain.sealed_at = last.sealed_at if last else utcnow()
        chain.note = reason
        chain.sign()
        session.add(chain)
        if previous is None:
            EventCenter.broadcast("created", chain, None)
        else:
            EventCenter.broadcast("updated", previous, chain, None)
    log.error("the end of the audit chain was signed again", organization=organization_id, reason=reason)
    return chain


def _seal_chunk(organization_id: int, grace: timedelta, size: int) -> int:
    """The next chunk, in one transaction: how many were looked at; 0 where somebody else is at it."""
    with transaction() as session:
        chain = chain_of(organization_id, lock=True, skip_locked=True) or _begin(organization_id)
        if chain is None:
            return 0
        if not chain.is_ours:
            log.error("the end of the audit chain is not ours: nothing is sealed", organization=organization_id)
            return 0
        now = utcnow()
        ripe = _ripe(_waiting(organization_id, size), now, grace)
        good = [(row, audit) for row in ripe if (audit := values_of(row)) and is_proven(row, audit, chain)]
        if good:
            entries = _entries(chain, [audit for _, audit in good], now)
            chain.sign()
            copy_rows(AuditSeal.__table__, entries)
            session.execute(delete(AuditStamp).where(among(AuditStamp.change_id, [row.change_id for row, _ in good])))
        if refused := {row.change_id for row in ripe}.difference(row.change_id for row, _ in good):
            log.error("audits are not what was written, and are not sealed", changes=sorted(refused)[:20])
            session.execute(update(AuditStamp).where(AuditStamp.change_id.in_(refused)).values(refused_at=now))
        elif not good and chain.adopts_up_to and not ripe:
            _end_adoption(chain)
        end = chain.number, chain.hash
    if good:
        # Where log lines go to another machine, this is one more place that knows how long the chain was.
        log.info("audits sealed", organization=organization_id, number=end[0], hash=end[1], count=len(good))
    return len(ripe)


def _begin(organization_id: int) -> AuditChain | None:
    """A chain for an organization that has none; None where somebody holds it, or its entries show that it had one."""
    if db.session.scalar(select(exists().where(AuditChain.organization_id == organization_id))):
        return None
    if db.session.scalar(select(exists().where(AuditSeal.organization_id == organization_id))):
        log.error("the end of the audit chain is gone: nothing is sealed", organization=organization_id)
        return None
    unstamped = select(func.max(Audit.id)).join(AuditStamp, AuditStamp.change_id == Audit.change_id)
    mine = (AuditStamp.organization_id == organization_id, AuditStamp.stamp.is_(None))
    chain = AuditChain(
        organization_id=organization_id, number=0, hash=NOTHING, sealed_at=utcnow(), removed_number=0,
        removed_hash=NOTHING, removed_before=None, note="",
        adopts_up_to=db.session.scalar(unstamped.where(*mine)) or 0,
    )  # fmt: skip
    chain.sign()
    names = [column.name for column in AuditChain.__table__.columns if column.name != "id"]
    values = {name: getattr(chain, name) for name in names}
    db.session.execute(upsert(AuditChain).values(values).on_conflict_do_nothing(index_elements=["organization_id"]))
    return chain_of(organization_id, lock=True)


def _end_adoption(chain: AuditChain) -> None:
    """What was written before the chain is in it: from now on everything needs a stamp."""
    unstamped = (AuditStamp.organization_id == chain.organization_id, AuditStamp.stamp.is_(None))
    if not db.session.scalar(select(exists().where(*unstamped))):
        chain.adopts_up_to = 0
        chain.sign()


def _waiting(organization_id: int, size: int) -> Sequence[AnyRow]:
    return db.session.execute(
        select(AuditStamp.change_id, AuditStamp.occurred_at, AuditStamp.stamp, *COLUMNS)
        .outerjoin(Audit, (Audit.change_id == AuditStamp.change_id) & (Audit.organization_id == organization_id))
        .where(AuditStamp.organization_id == organization_id, AuditStamp.refused_at.is_(None))
        .order_by(AuditStamp.change_id)
        .limit(size)
    ).all()


def _ripe(waiting: Sequence[AnyRow], now: datetime, grace: timedelta) -> list[AnyRow]:
    """Those before the first whose change is still young. (One from the future is the fault of a clock, and not.)"""
    ripe = []
    for row in waiting:
        if now - grace < row[1] <= now + grace:
            break
        ripe.append(row)
    return ripe


def is_proven(row: AnyRow, audit: Values, chain: AuditChain | None) -> bool:
    """Whether the audit is what was written; `row` begins with the change's id, its time and the stamp."""
    if row[2] is None:
        return chain is not None and audit["id"] <= chain.adopts_up_to
    return is_ours(row[2], "stamp", *stamp_facts(audit))


def _entries(chain: AuditChain, audits: Sequence[Values], now: datetime) -> list[dict[str, Any]]:
    """The entries of `audits`, whose last one becomes the end of the chain."""
    entries = []
    for audit in audits:
        salt = secrets.token_hex(16)
        digest = digest_of(audit, salt)
        chain.number += 1
        chain.hash = link(chain.hash, chain.organization_id, chain.number, now, digest)
        entries.append(
            {
                "organization_id": chain.organization_id, "number": chain.number, "change_id": audit["change_id"],
                "sealed_at": now, "salt": salt, "digest": digest, "hash": chain.hash,
            }
        )  # fmt: skip
    chain.sealed_at = now
    return entries

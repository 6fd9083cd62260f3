"""Audits that no entry of the chain is for, and stamps and changes that no audit is there for."""

from collections.abc import Iterator

from sqlalchemy import exists, or_, select

from lms.audits import problems as kinds
from lms.audits.chain import AuditChain, AuditSeal, AuditStamp
from lms.audits.models import Audit
from lms.audits.problems import MOST, Problem
from lms.audits.rows import COLUMNS, values_of
from lms.audits.sealing import is_proven
from lms.db import db
from lms.deliveries import DONE, Delivery
from lms.events import Change

CHUNK = 2000


def found(organization_id: int, chain: AuditChain | None) -> Iterator[Problem]:
    """Each of them, `MOST` of a kind; three statements, and one more for each 2,000 audits that wait to be sealed."""
    has_seal = exists().where(AuditSeal.change_id == Audit.change_id)
    has_stamp = exists().where(AuditStamp.change_id == Audit.change_id)
    inserted = select(Audit.change_id).where(Audit.organization_id == organization_id, ~has_seal, ~has_stamp)
    for change_id in db.session.scalars(inserted.order_by(Audit.id).limit(MOST)).all():
        yield Problem(kinds.INSERTED, change_id=change_id)
    yield from _unproven(organization_id, chain)
    yield from _lost(organization_id)


def _unproven(organization_id: int, chain: AuditChain | None) -> Iterator[Problem]:
    """Audits that wait to be sealed and are not what was written."""
    statement = (
        select(AuditStamp.change_id, AuditStamp.occurred_at, AuditStamp.stamp, *COLUMNS)
        .outerjoin(Audit, (Audit.change_id == AuditStamp.change_id) & (Audit.organization_id == organization_id))
        .where(AuditStamp.organization_id == organization_id)
        .order_by(AuditStamp.change_id)
        .limit(CHUNK)
    )
    after = 0
    while rows := db.session.execute(statement.where(AuditStamp.change_id > after)).all():
        for row in rows:
            audit = values_of(row)
            if audit is None:
                yield Problem(kinds.DELETED_EARLY, change_id=row[0])
            elif not is_proven(row, audit, chain) and (row[2] or chain):
                yield Problem(kinds.CHANGED_EARLY, change_id=row[0])
        after = rows[-1][0]


def _lost(organization_id: int) -> Iterator[Problem]:
    """Changes whose audit was written, says the ledger for as long as it is kept, and of which nothing is left."""
    removed_before = (
        select(AuditChain.removed_before).where(AuditChain.organization_id == organization_id).scalar_subquery()
    )
    lost = (
        select(Change.id)
        .join(Delivery, (Delivery.change_id == Change.id) & (Delivery.subscriber == "audits"))
        .where(
            Change.organization_id == organization_id,
            Delivery.state == DONE,
            ~exists().where(Audit.change_id == Change.id),
            ~exists().where(AuditSeal.change_id == Change.id),
            ~exists().where(AuditStamp.change_id == Change.id),
            or_(removed_before.is_(None), Change.created_at >= removed_before),
        )
    )
    for change_id in db.session.scalars(lost.order_by(Change.id).limit(MOST)).all():
        yield Problem(kinds.LOST, change_id=change_id)

"""Erasing what an audit says of a person, so that the chain still verifies."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update

from lms.audits.canonical import DETAILS, details_digest
from lms.audits.chain import AuditSeal, AuditStamp
from lms.audits.models import Audit
from lms.audits.rows import COLUMNS, stamped, values_of
from lms.audits.sealing import chain_of, is_proven
from lms.audits.signing import sign
from lms.audits.verifying import SEAL, covers
from lms.db import db
from lms.errors import Conflict

_AUDITS, _SEALS, _STAMPS = Audit.__table__, AuditSeal.__table__, AuditStamp.__table__
_SET_AUDIT = (
    update(_AUDITS)
    .where(_AUDITS.c.change_id == bindparam("change"))
    .values({name: bindparam(f"new_{name}") for name in DETAILS})
)
_SET_SEAL = (
    update(_SEALS)
    .where(_SEALS.c.change_id == bindparam("change"))
    .values(salt=None, details=bindparam("new_details"), erasure=bindparam("new_erasure"))
)
_SET_STAMP = update(_STAMPS).where(_STAMPS.c.change_id == bindparam("change")).values(stamp=bindparam("new_stamp"))


def redact(organization_id: int, replacements: Mapping[int, Mapping[str, Any]]) -> None:
    """Put other words in place of `title`, `difference`, `actor_name` or `address` of audits, by their change's id.

    To be called in the transaction of the erasure, which broadcasts a change of its own, for not more than some
    hundreds of audits at once. Who did what to which object when stays. The entry of the chain keeps the digest of
    what was erased, without its salt, so that nobody can find it by guessing; what stands in its place is signed.
    Raises ValueError for other fields, and Conflict where an audit is not what was written: an erasure must not make
    that look right. Three statements to read and three updates, whatever the number.
    """
    if wrong := {name for new in replacements.values() for name in new if name not in DETAILS}:
        raise ValueError(f"{', '.join(sorted(wrong))} cannot be erased")
    chain = chain_of(organization_id, lock=True)  # nothing is sealed meanwhile
    audits, seals, stamps = [], [], []
    for row in _with_audits(SEAL, AuditSeal, organization_id, replacements):
        audit = values_of(row)
        if audit is None or not covers(row, audit):
            raise _refused(row[1])
        details = row.details or details_digest(audit, row.salt)
        audit |= replacements[row[1]]
        erasure = sign("erasure", row.digest, details, *audit.values())
        audits.append(audit)
        seals.append({"change": row[1], "new_details": details, "new_erasure": erasure})
    columns = [_STAMPS.c.change_id, _STAMPS.c.occurred_at, _STAMPS.c.stamp]
    for row in _with_audits(columns, AuditStamp, organization_id, replacements):
        audit = values_of(row)
        if audit is None or not is_proven(row, audit, chain):
            raise _refused(row[0])
        audit |= replacements[row[0]]
        audits.append(audit)
        if row[2] is not None:
            stamps.append({"change": row[0], "new_stamp": stamped(audit)})
    changes = [{"change": one["change_id"], **{f"new_{name}": one[name] for name in DETAILS}} for one in audits]
    connection = db.session.connection()
    for statement, rows in ((_SET_SEAL, seals), (_SET_STAMP, stamps), (_SET_AUDIT, changes)):
        if rows:
            connection.execute(statement, rows)


def _with_audits(
    columns: list[Any], model: Any, organization_id: int, replacements: Mapping[int, Mapping[str, Any]]
) -> Any:
    return db.session.execute(
        select(*columns, *COLUMNS)
        .outerjoin_from(model, Audit, Audit.change_id == model.change_id)
        .where(model.organization_id == organization_id, model.change_id.in_(list(replacements)))
    ).all()


def _refused(change_id: int) -> Conflict:
    return Conflict(f"The audit of change {change_id} is not what was written. Verify the audit trail first.")

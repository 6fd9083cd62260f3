"""Reading the trail."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, func, select

from lms.accounts import User
from lms.audits.chain import AuditStamp
from lms.audits.models import Audit
from lms.db import db
from lms.origin import BULK
from lms.paging import Page, paginate
from lms.policy import authorize


def _filtered(
    organization_id: int, q: str, action: str, object_type: str, since: datetime | None, until: datetime | None,
    request: str,
) -> Select[Audit]:
    statement = select(Audit).where(Audit.organization_id == organization_id)
    if q:
        statement = statement.where(
            Audit.actor_name.icontains(q, autoescape=True) | Audit.title.icontains(q, autoescape=True)
        )
    if action:
        statement = statement.where(Audit.action == action)
    if object_type:
        statement = statement.where(Audit.object_type == object_type)
    if since:
        statement = statement.where(Audit.occurred_at >= since)
    if until:
        statement = statement.where(Audit.occurred_at < until)
    if request:
        statement = statement.where(Audit.request_id == request)
    return statement


def audits_page(
    actor: User, q: str = "", sort: str = "-when", number: int = 1, size: int = 25, *,
    action: str = "", object_type: str = "", since: datetime | None = None, until: datetime | None = None,
    request: str = "",
) -> Page[Audit]:  # fmt: skip
    """The trail in the order of the changes, newest first unless `sort` is `when`; two statements.

    `q` finds who did it and what it was called; `since` is included, `until` is not. An import is one entry; what
    it did is listed with its `request`.
    """
    authorize(actor, "view", "Audit")
    statement = _filtered(actor.organization_id, q, action, object_type, since, until, request)
    if not request:
        statement = statement.where(Audit.via.not_in(BULK))
    order = Audit.change_id if sort == "when" else Audit.change_id.desc()
    return paginate(statement.order_by(order), number, size)


def export(
    actor: User, q: str = "", *, action: str = "", object_type: str = "",
    since: datetime | None = None, until: datetime | None = None, request: str = "",
) -> Iterator[Audit]:  # fmt: skip
    """The same, all of it, oldest first, without holding it in memory."""
    authorize(actor, "view", "Audit")
    statement = _filtered(actor.organization_id, q, action, object_type, since, until, request)
    yield from db.session.scalars(statement.order_by(Audit.change_id).execution_options(yield_per=500))


def waiting_count(organization_id: int) -> int:
    """How many audits wait to be sealed; one statement."""
    mine = (AuditStamp.organization_id == organization_id, AuditStamp.refused_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(AuditStamp).where(*mine)) or 0

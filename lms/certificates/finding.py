"""Finding certificates: one's own, the organization's, and one by its number."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import User, seen_by
from lms.certificates.issuing import today
from lms.certificates.models import EXPIRED, REVOKED, SUPERSEDED, SUSPENDED, VALID, Certificate
from lms.certificates.numbers import normalized
from lms.db import db
from lms.paging import Page, paginate
from lms.policy import authorize

SORTS = {"person": Certificate.person, "title": Certificate.title, "issued": Certificate.issued_on,
         "until": Certificate.valid_until}  # fmt: skip


def verified(typed: str) -> Certificate | None:
    """The certificate with this number, however it was typed; one statement, none for what cannot be a number."""
    number = normalized(typed)
    if number is None:
        return None
    statement = select(Certificate).where(Certificate.number == number)
    return db.session.scalar(statement.options(joinedload(Certificate.user)))


def certificates_page(
    actor: User, q: str = "", sort: str = "-issued", number: int = 1, size: int = 25, *, state: str = "", kind: str = ""
) -> Page[Certificate]:
    """Certificates of the organization, or of a manager's team, by person, title or number; two statements."""
    authorize(actor, "view", "Certificate")
    statement = (
        select(Certificate)
        .join(Certificate.user)
        .where(Certificate.organization_id == actor.organization_id)
        .options(contains_eager(Certificate.user))
    )
    seen = seen_by(actor, "view", "Certificate")
    if seen is not None:
        statement = statement.where(Certificate.user_id.in_(seen))
    if q:
        statement = statement.where(
            or_(
                Certificate.person.icontains(q, autoescape=True),
                User.name.icontains(q, autoescape=True),
                Certificate.title.icontains(q, autoescape=True),
                Certificate.number == (normalized(q) or ""),
            )
        )
    if state:
        statement = statement.where(_in_state(state, today(actor.organization)))
    if kind:
        statement = statement.where(Certificate.kind == kind)
    column = SORTS.get(sort.lstrip("-"), Certificate.issued_on)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Certificate.id), number, size)


def certificates_of(user: User) -> list[Certificate]:
    """Everything a person was given, what counts now first; one statement."""
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.user_id == user.id)
            .order_by(
                Certificate.revoked_on.is_not(None),
                Certificate.superseded_by_id.is_not(None),
                Certificate.issued_on.desc(),
                Certificate.id.desc(),
            )
        )
    )


def _in_state(state: str, day: date) -> ColumnElement[bool]:
    revoked = and_(Certificate.revoked_on.is_not(None), Certificate.revoked_on <= day)
    superseded = Certificate.superseded_by_id.is_not(None)
    expired = and_(Certificate.valid_until.is_not(None), Certificate.valid_until < day)
    counts = and_(~revoked, ~superseded, ~expired)
    conditions = {
        REVOKED: revoked,
        SUPERSEDED: and_(~revoked, superseded),
        EXPIRED: and_(~revoked, ~superseded, expired),
        SUSPENDED: and_(counts, Certificate.suspended),
        VALID: and_(counts, ~Certificate.suspended),
    }
    return conditions.get(state, Certificate.id.is_not(None))

"""What could not be delivered: looked at, tried again, or discarded with a reason."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from lms.db import db, transaction, utcnow
from lms.deliveries.models import DEAD, DISCARDED, WAITING, Delivery, Discard
from lms.errors import Invalid, NotFound
from lms.events import Change, EventCenter
from lms.paging import Page, paginate
from lms.policy import Person, authorize

CHUNK = 500
"""Deliveries discarded in one transaction."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Dead:
    """Which dead deliveries are meant; what is left empty does not narrow."""

    subscriber: str = ""
    object_type: str = ""
    error: str = ""
    """A part of the error's text, in capitals or not."""
    change_id: int | None = None

    def of_delivery(self) -> list[ColumnElement[bool]]:
        """As conditions on the delivery."""
        wanted = [Delivery.state == DEAD]
        if self.subscriber:
            wanted.append(Delivery.subscriber == self.subscriber)
        if self.error:
            wanted.append(Delivery.error.icontains(self.error, autoescape=True))
        return wanted

    def of_change(self, organization_id: int | None) -> list[ColumnElement[bool]]:
        """As conditions on its change; of every organization for None."""
        wanted = []
        if organization_id is not None:
            wanted.append(Change.organization_id == organization_id)
        if self.object_type:
            wanted.append(Change.object_type == self.object_type)
        if self.change_id is not None:
            wanted.append(Change.id == self.change_id)
        return wanted


def dead_page(actor: Person, which: Dead, number: int = 1, size: int = 25) -> Page[tuple[Delivery, Change]]:
    """Dead deliveries of the actor's organization with their changes, the latest first; two statements."""
    authorize(actor, "view", "Delivery")
    statement = _with_change(which, actor.organization_id).order_by(Delivery.updated_at.desc(), Delivery.change_id)
    return paginate(statement, number, size, scalars=False)


def count_dead(actor: Person, which: Dead) -> int:
    """How many there are of that kind in the actor's organization."""
    authorize(actor, "view", "Delivery")
    return (
        db.session.scalar(select(func.count()).select_from(_with_change(which, actor.organization_id).subquery())) or 0
    )


def dead_object_types(actor: Person) -> list[str]:
    """Types of objects whose changes are dead somewhere in the actor's organization."""
    authorize(actor, "view", "Delivery")
    statement = _with_change(Dead(), actor.organization_id).with_only_columns(Change.object_type).distinct()
    return sorted(db.session.scalars(statement))


def find_delivery(actor: Person, change_id: int, subscriber: str) -> tuple[Delivery, Change]:
    """One delivery in whatever state, with its change; raises NotFound."""
    authorize(actor, "view", "Delivery")
    row = db.session.execute(
        select(Delivery, Change)
        .join(Change, Change.id == Delivery.change_id)
        .where(Delivery.change_id == change_id, Delivery.subscriber == subscriber)
        .where(Change.organization_id == actor.organization_id)
    ).first()
    if row is None:
        raise NotFound("There is no such delivery, or it was removed.")
    return row[0], row[1]


def replay(which: Dead, actor: Person | None = None) -> int:
    """Try dead deliveries again, from the first attempt; returns how many. One statement.

    Of the actor's organization, or of all of them for an operator (None).
    """
    if actor is not None:
        authorize(actor, "edit", "Delivery")
    now = utcnow() - timedelta(seconds=1)
    changes = select(Change.id).where(*which.of_change(_organization_of(actor)))
    with transaction() as session:
        done: Any = session.execute(
            update(Delivery)
            .where(*which.of_delivery(), Delivery.change_id.in_(changes))
            .values(state=WAITING, attempts=0, next_attempt_at=now, resend_at=now)
        )
    return int(done.rowcount)


def discard(which: Dead, reason: str, actor: Person | None = None) -> int:
    """Give up dead deliveries for good; returns how many. Each is an audited object of its own, with the reason.

    Of the actor's organization, or of all of them for an operator (None). Raises Invalid without a reason.
    """
    if actor is not None:
        authorize(actor, "edit", "Delivery")
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", "Say why, for those who look at the trail later.")
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"Use {LONGEST_REASON} characters at most.")
    total = 0
    while number := _discard_chunk(which, reason, actor):
        total += number
    return total


def _discard_chunk(which: Dead, reason: str, actor: Person | None) -> int:
    statement = _with_change(which, _organization_of(actor)).limit(CHUNK).with_for_update(of=Delivery)
    with transaction() as session:
        discards = []
        for delivery, change in session.execute(statement).all():
            delivery.state, delivery.updated_at = DISCARDED, utcnow()
            discards.append(
                Discard(
                    organization_id=change.organization_id,
                    change_id=change.id,
                    subscriber=delivery.subscriber,
                    error=delivery.error,
                    reason=reason,
                )
            )
        session.add_all(discards)
        session.flush()
        for row in discards:
            EventCenter.broadcast("created", row, actor)
    return len(discards)


def _organization_of(actor: Person | None) -> int | None:
    return None if actor is None else actor.organization_id


def _with_change(which: Dead, organization_id: int | None) -> Any:
    statement = select(Delivery, Change).join(Change, Change.id == Delivery.change_id)
    return statement.where(*which.of_delivery(), *which.of_change(organization_id))

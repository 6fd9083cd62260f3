"""Which messages a worker takes in hand: some of each endpoint, so that no endpoint waits for another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from lms.db import db, transaction
from lms.webhooks.models import CLAIMED, FAILED, WAITING, WebhookEndpoint, WebhookMessage

CHUNK = 25
"""Messages of one endpoint that are taken at once; of one that failed last, a single one is tried."""
SWITCHED_OFF = "The endpoint was switched off."


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in hand."""

    id: int
    uid: str
    body: str
    attempts: int
    """This one included."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one endpoint is to be told now."""

    endpoint_id: int
    url: str
    secrets: list[str]
    letters: list[Letter]


def claim(now: datetime, for_how_long: timedelta, most: int, busy: Collection[int]) -> list[Batch]:
    """Messages that are due, of at most `most` endpoints but those `busy`; two statements for each endpoint, and one.

    Whoever waited longest comes first. An endpoint that another worker is claiming from at this moment is passed over.
    What was claimed and not marked by the end of its time is taken again.
    """
    due = (
        select(WebhookMessage.id)
        .where(WebhookMessage.endpoint_id == WebhookEndpoint.id, WebhookMessage.due_at <= now)
        .exists()
    )
    statement = (
        select(WebhookEndpoint)
        .where(WebhookEndpoint.enabled, WebhookEndpoint.id.not_in(busy), due)
        .where(or_(WebhookEndpoint.rest_until.is_(None), WebhookEndpoint.rest_until <= now))
        .order_by(WebhookEndpoint.claimed_at.is_not(None), WebhookEndpoint.claimed_at, WebhookEndpoint.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    with transaction() as session:
        endpoints = session.scalars(statement).all()
        batches = [_take(endpoint, now, now + for_how_long) for endpoint in endpoints]
        if endpoints:
            ids = [endpoint.id for endpoint in endpoints]
            session.execute(
                update(WebhookEndpoint)
                .where(WebhookEndpoint.id.in_(ids))
                .values(claimed_at=now, updated_at=WebhookEndpoint.updated_at),
                execution_options={"synchronize_session": False},
            )
    return [batch for batch in batches if batch.letters]


def _take(endpoint: WebhookEndpoint, now: datetime, until: datetime) -> Batch:
    rows = db.session.execute(
        select(WebhookMessage.id, WebhookMessage.uid, WebhookMessage.body, WebhookMessage.attempts)
        .where(WebhookMessage.endpoint_id == endpoint.id, WebhookMessage.due_at <= now)
        .order_by(WebhookMessage.due_at, WebhookMessage.id)
        .limit(1 if endpoint.failures else CHUNK)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        db.session.execute(
            update(WebhookMessage)
            .where(WebhookMessage.id.in_([row.id for row in rows]))
            .values(state=CLAIMED, due_at=until, attempts=WebhookMessage.attempts + 1),
            execution_options={"synchronize_session": False},
        )
    letters = [Letter(row.id, row.uid, row.body, row.attempts + 1) for row in rows]
    return Batch(endpoint.id, endpoint.url, endpoint.secrets_at(now), letters)


def give_back(endpoint_id: int, ids: Collection[int], due_at: datetime) -> None:
    """Untried, so without counting an attempt; two statements."""
    with transaction() as session:
        session.execute(
            update(WebhookMessage)
            .where(WebhookMessage.id.in_(ids), WebhookMessage.state == CLAIMED)
            .values(state=WAITING, attempts=WebhookMessage.attempts - 1, due_at=due_at)
        )
        settle_if_off(endpoint_id)


def settle_if_off(endpoint_id: int) -> None:
    """What waits for an endpoint that is switched off has failed; it can be sent again. One statement.

    What somebody has in hand is marked by them.
    """
    off = select(WebhookEndpoint.id).where(WebhookEndpoint.id == endpoint_id, ~WebhookEndpoint.enabled)
    db.session.execute(
        update(WebhookMessage)
        .where(WebhookMessage.endpoint_id.in_(off), WebhookMessage.state == WAITING)
        .values(state=FAILED, due_at=None, error=SWITCHED_OFF),
        execution_options={"synchronize_session": False},
    )

"""The log of what was told: looking, sending again, trying out, and forgetting."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import defer

from lms.db import db, find, on_commit, transaction, utcnow
from lms.errors import Conflict
from lms.paging import Page, paginate
from lms.policy import Person, authorize
from lms.webhooks import settings
from lms.webhooks.kinds import TEST
from lms.webhooks.models import CLAIMED, FAILED, WAITING, WebhookAttempt, WebhookEndpoint, WebhookMessage
from lms.webhooks.payload import test_body
from lms.webhooks.sending import wake_sender

CHUNK = 1000
"""Messages looked at in one transaction when old ones are removed."""
STUCK = timedelta(days=7)
"""What was never settled is removed so much later: no attempts last that long."""
STATES = {WAITING: (WAITING, CLAIMED), "sent": ("sent",), FAILED: (FAILED,)}
"""States as a person chooses them."""


def messages_page(
    endpoint: WebhookEndpoint, state: str = "", q: str = "", number: int = 1, size: int = 25
) -> Page[WebhookMessage]:
    """An endpoint's messages, newest first, without their bodies; two statements."""
    statement = select(WebhookMessage).where(WebhookMessage.endpoint_id == endpoint.id)
    if state in STATES:
        statement = statement.where(WebhookMessage.state.in_(STATES[state]))
    if q:
        words = (WebhookMessage.type, WebhookMessage.subject, WebhookMessage.uid, WebhookMessage.error)
        statement = statement.where(or_(*(column.icontains(q, autoescape=True) for column in words)))
    statement = statement.options(defer(WebhookMessage.body)).order_by(WebhookMessage.id.desc())
    return paginate(statement, number, size)


def state_counts(endpoints: Sequence[WebhookEndpoint]) -> dict[int, dict[str, int]]:
    """By endpoint, how many messages wait, were sent, failed; one statement."""
    counts: dict[int, dict[str, int]] = {endpoint.id: {} for endpoint in endpoints}
    rows = db.session.execute(
        select(WebhookMessage.endpoint_id, WebhookMessage.state, func.count())
        .where(WebhookMessage.endpoint_id.in_(counts))
        .group_by(WebhookMessage.endpoint_id, WebhookMessage.state)
    )
    for endpoint_id, state, number in rows:
        shown = WAITING if state == CLAIMED else state
        counts[endpoint_id][shown] = counts[endpoint_id].get(shown, 0) + number
    return counts


def find_message(id: int, actor: Person) -> WebhookMessage:
    """The message; raises NotFound for another organization's."""
    authorize(actor, "view", "WebhookEndpoint")
    return find(WebhookMessage, id, actor.organization_id)


def attempts_of(message: WebhookMessage) -> Sequence[WebhookAttempt]:
    """Its attempts, the last one first; one statement."""
    mine = WebhookAttempt.message_id == message.id
    return db.session.scalars(select(WebhookAttempt).where(mine).order_by(WebhookAttempt.id.desc())).all()


def replay(message: WebhookMessage, actor: Any) -> None:
    """Send it again, from the first attempt, with the same webhook-id.

    Raises Conflict while it waits, and while the endpoint is switched off.
    """
    authorize(actor, "edit", message.endpoint)
    with transaction():
        _check_on(message.endpoint)
        if message.state in (WAITING, CLAIMED):
            raise Conflict("This message is waiting to be sent already.")
        message.state, message.attempts, message.due_at, message.error = WAITING, 0, utcnow(), None
        on_commit(wake_sender)


def replay_failed(endpoint: WebhookEndpoint, since: datetime, actor: Any) -> int:
    """Send again what failed and was written at or after `since`; returns how many. One statement."""
    authorize(actor, "edit", endpoint)
    with transaction() as session:
        _check_on(endpoint)
        done: Any = session.execute(
            update(WebhookMessage)
            .where(WebhookMessage.endpoint_id == endpoint.id, WebhookMessage.state == FAILED)
            .where(WebhookMessage.created_at >= since)
            .values(state=WAITING, attempts=0, due_at=utcnow(), error=None),
            execution_options={"synchronize_session": False},
        )
        on_commit(wake_sender)
    return int(done.rowcount)


def send_test(endpoint: WebhookEndpoint, actor: Any) -> WebhookMessage:
    """A message that says nothing; raises Conflict while the endpoint is switched off."""
    authorize(actor, "edit", endpoint)
    now = utcnow()
    uid, body = test_body(endpoint.organization_id, endpoint.id, now, settings.base)
    message = WebhookMessage(
        organization_id=endpoint.organization_id, endpoint_id=endpoint.id, uid=uid, type=TEST,
        subject=f"webhook_endpoint/{endpoint.id}", body=body, created_at=now, due_at=now,
    )  # fmt: skip
    with transaction() as session:
        _check_on(endpoint)
        session.add(message)
        on_commit(wake_sender)
    return message


def _check_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.enabled:
        raise Conflict("This endpoint is switched off. Switch it on first.")


def forget_old(before: datetime, chunks: int = 100, chunk: int = CHUNK) -> int:
    """Remove messages written before then that are settled, with their attempts, oldest first; returns how many.

    Not more than `chunks` transactions of two statements. It walks from the oldest id and stops at the first chunk
    that is not old enough, so it costs what it removes.
    """
    removed, last = 0, 0
    for _ in range(chunks):
        with transaction() as session:
            rows = session.execute(
                select(WebhookMessage.id, WebhookMessage.created_at, WebhookMessage.due_at)
                .where(WebhookMessage.id > last)
                .order_by(WebhookMessage.id)
                .limit(chunk)
            ).all()
            ids = [row.id for row in rows if row.created_at < (before if row.due_at is None else before - STUCK)]
            session.execute(delete(WebhookMessage).where(WebhookMessage.id.in_(ids)))
        removed += len(ids)
        if len(rows) < chunk or rows[-1].created_at >= before:
            break
        last = rows[-1].id
    return removed

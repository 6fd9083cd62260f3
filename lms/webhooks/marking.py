"""What becomes of a message, and of its endpoint, after an answer: tried again later, given up, switched off."""

import random
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, or_, select, update

from lms.db import db, snapshot, transaction
from lms.events import EventCenter
from lms.webhooks.calling import Answer
from lms.webhooks.claiming import Batch, Letter, settle_if_off
from lms.webhooks.models import (
    CLAIMED,
    FAILED,
    FAILING,
    GONE,
    SENT,
    WAITING,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMessage,
)

log = structlog.get_logger(__name__)

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SCHEDULE = (
    5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""Waits between the attempts, as Standard Webhooks suggests: three days and three hours, ten attempts."""
FAIL_FOR = timedelta(days=5)
"""After so long with nothing but failures an endpoint is switched off."""
FAIL_TIMES = 10
"""And not after fewer attempts: two failures, one today and one last week, say little."""
REST, LONGEST_REST = 5 * SECOND, 15 * MINUTE
"""An endpoint that cannot be reached is left alone for a while, twice as long each time."""
PATIENCE = 5
"""One that answers, but refuses, only after so many in a row: it may be about single messages."""


def jittered(wait: timedelta) -> timedelta:
    """Up to a fifth more or less, so that not everything comes back at the same moment."""
    return wait * random.uniform(0.8, 1.2)


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after attempt number `attempts` failed; None after the last one."""
    return jittered(SCHEDULE[attempts - 1]) if attempts <= len(SCHEDULE) else None


def mark(batch: Batch, letter: Letter, answer: Answer, sent_headers: dict[str, str], now: datetime) -> None:
    """Keep the answer, and settle the message or put it off; what was settled or removed meanwhile stays so.

    The endpoint comes first, as where it is changed or removed: the other way round the two could wait for each other.
    """
    with transaction() as session:
        endpoint = None
        if answer.is_good:
            _note_success(batch.endpoint_id, now)
        else:
            endpoint = _locked(batch.endpoint_id)
        wait = wait_after(letter.attempts)
        if wait is not None and answer.pause is not None:
            wait = max(wait, answer.pause)
        state = SENT if answer.is_good else FAILED if wait is None else WAITING
        values: dict[str, Any] = {
            "state": state, "status": answer.status, "error": answer.error, "sent_at": now if state == SENT else None,
            "due_at": now + wait if wait is not None and state == WAITING else None,
        }  # fmt: skip
        mine = (WebhookMessage.id == letter.id, WebhookMessage.state == CLAIMED)
        done: Any = session.execute(update(WebhookMessage).where(*mine).values(**values))
        if done.rowcount:
            _keep(batch, letter, answer, sent_headers, now)
        if endpoint is not None:
            _note_failure(endpoint, answer, now)


def _keep(batch: Batch, letter: Letter, answer: Answer, sent_headers: dict[str, str], now: datetime) -> None:
    values = {
        "message_id": letter.id, "at": now, "url": batch.url, "request_headers": sent_headers,
        "status": answer.status, "headers": answer.headers, "body": answer.body, "error": answer.error,
        "milliseconds": answer.milliseconds,
    }  # fmt: skip
    db.session.execute(insert(WebhookAttempt).values(values))


def _note_success(id: int, now: datetime) -> None:
    """One statement, that writes nothing for most of the messages to a healthy endpoint."""
    last = WebhookEndpoint.last_success_at
    is_news = or_(WebhookEndpoint.failures > 0, last.is_(None), last < now - MINUTE)
    db.session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == id, is_news)
        .values(
            failures=0, failing_since=None, rest_until=None, last_success_at=now,
            updated_at=WebhookEndpoint.updated_at,
        ),
        execution_options={"synchronize_session": False},
    )  # fmt: skip


def _locked(id: int) -> WebhookEndpoint | None:
    return db.session.scalar(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _note_failure(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    """Count it; a pause where it was not reached or asks for one; the end where it is gone, or has failed for long."""
    failures, since = endpoint.failures + 1, endpoint.failing_since or now
    rest = endpoint.rest_until
    in_a_row = endpoint.failures - (0 if answer.status is None else PATIENCE)
    if answer.pause is not None:
        rest = now + answer.pause
    elif in_a_row >= 0:
        rest = now + jittered(min(LONGEST_REST, REST * 2 ** min(in_a_row, 10)))
    db.session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint.id)
        .values(
            failures=failures, failing_since=since, rest_until=rest,
            updated_at=WebhookEndpoint.updated_at,
        ),
    )  # fmt: skip
    db.session.refresh(endpoint)
    if not endpoint.enabled:
        settle_if_off(endpoint.id)
        return
    if answer.status == 410:
        _switch_off(endpoint, GONE)
    elif failures >= FAIL_TIMES and since <= now - FAIL_FOR:
        _switch_off(endpoint, FAILING)


def _switch_off(endpoint: WebhookEndpoint, why: str) -> None:
    previous = snapshot(endpoint)
    endpoint.enabled, endpoint.disabled_because = False, why
    EventCenter.broadcast("updated", previous, endpoint, None)
    db.session.flush()
    settle_if_off(endpoint.id)
    log.warning("webhook endpoint switched off", endpoint=endpoint.id, why=why)

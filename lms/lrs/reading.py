"""Reading learning record stores: page by page, each page's results and the place in the list in one transaction."""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import select

from lms.db import db, transaction, utcnow
from lms.events import Unavailable
from lms.lrs.models import LrsConnection
from lms.lrs.store import Answer, Store, as_moment
from lms.lrs.taking import forget_old, take
from lms.origin import Origin, working_for

log = structlog.get_logger(__name__)

SLICE = 45.0
"""Seconds that one store may take before the next one has its turn."""
OVERLAP = timedelta(seconds=1)
"""This much is read again, because a store may give two statements one moment; what was seen changes nothing."""
KEPT = timedelta(days=90)
"""For how long it is listed what could not be taken over."""


def read_all() -> None:
    """Read what is new in every store that is to be read; one that does not answer says so on its page."""
    ids = db.session.scalars(select(LrsConnection.id).where(LrsConnection.reads).order_by(LrsConnection.id)).all()
    db.session.rollback()
    for id in ids:
        read_one(id)
    with transaction():
        forget_old(utcnow() - KEPT)


def read_one(id: int) -> None:
    """Read a store to its end, or for a while."""
    end = time.monotonic() + SLICE
    with working_for(Origin(uuid4().hex, None, "xapi")):
        while time.monotonic() < end and _read_page(id):
            pass


def _read_page(id: int) -> bool:
    """One page; whether there is another one. The call is made outside the transaction, which would wait for it."""
    row = db.session.get(LrsConnection, id)
    if row is None or not row.reads:
        return False
    since, more = row.read_until, row.more
    try:
        store = Store(row)
        db.session.rollback()
        answer = store.read(since - OVERLAP if since is not None else None, more)
    except Unavailable as error:
        _fail(id, str(error), more)
        return False
    with transaction() as session:
        row = session.get(LrsConnection, id, with_for_update=True, populate_existing=True)
        if row is None or (row.read_until, row.more, row.endpoint) != (since, more, store.endpoint):
            return False  # somebody else has read this page meanwhile, or it is another store by now
        take(row.organization_id, row.endpoint, answer.statements)
        row.read_until, row.more = _until(answer, since), answer.more
        row.read_at, row.read_error = utcnow(), ""
    return bool(answer.more)


def _until(answer: Answer, since: datetime | None) -> datetime | None:
    """The moment of the last statement, unless the store says that one before it may still come."""
    moments = [moment for one in answer.statements if (moment := as_moment(_stored(one))) is not None]
    if not moments:
        return since
    last = max(moments) if answer.complete_until is None else min(max(moments), answer.complete_until)
    return last if since is None else max(since, last)


def _stored(statement: dict[str, Any]) -> Any:
    return statement.get("stored")


def _fail(id: int, words: str, more: str) -> None:
    """Note it; an address in the middle of a list may have lapsed, so the list is asked for anew."""
    with transaction() as session:
        row = session.get(LrsConnection, id, with_for_update=True, populate_existing=True)
        if row is not None:
            row.read_error = words
            if row.more == more:
                row.more = ""
    log.warning("learning record store not read", connection=id, problem=words)

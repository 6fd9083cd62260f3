"""Mailings: rows written in chunks that may be interrupted; each can be watched, stopped and gone on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from lms.accounts import User
from lms.db import db, find, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict
from lms.events import EventCenter
from lms.notifications.models import HELD, JOINED, SENT, WAITING, Mail, Mailing, MailingRecipient
from lms.notifications.outbox import wake_sender
from lms.notifications.telling import Telling, wake_writer, write
from lms.paging import Page, paginate
from lms.policy import authorize

CHUNK = 5_000
"""People whose rows are written in one transaction."""


def write_some(now: datetime | None = None) -> bool:
    """Write the next chunk of one mailing; returns whether there was anything to write.

    Rows and place in the list are one commit, so a kill loses the chunk at hand and repeats nothing. Workers take
    different mailings (`SKIP LOCKED`); on SQLite there is one writer at a time anyway.
    """
    with transaction() as session:
        mailing = session.scalar(
            select(Mailing)
            .where(Mailing.written_at.is_(None), Mailing.stopped_at.is_(None))
            .order_by(Mailing.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if mailing is None:
            return False
        mine = MailingRecipient.mailing_id == mailing.id
        next_ones = (
            select(MailingRecipient.user_id)
            .where(mine, MailingRecipient.user_id > mailing.last_user_id)
            .order_by(MailingRecipient.user_id)
            .limit(CHUNK)
        )
        number, last = session.execute(
            select(func.count(), func.max(next_ones.subquery().c.user_id))
        ).one()
        if number:
            chunk = select(MailingRecipient.user_id).where(
                mine, MailingRecipient.user_id > mailing.last_user_id, MailingRecipient.user_id <= last
            )
            write(_telling(mailing), chunk, now or utcnow())
            if mailing.written == 0:
                on_commit(wake_sender)
            mailing.last_user_id, mailing.written = last, mailing.written + number
        if number < CHUNK:
            mailing.written_at = utcnow()
            session.execute(delete(MailingRecipient).where(mine))
    return True


def _telling(mailing: Mailing) -> Telling:
    return Telling(
        mailing.organization_id, mailing.change_id, mailing.kind, mailing.params, mailing.created_at, mailing.id
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mailing is: mails by state, and when the first and the last one so far were sent."""

    mailing: Mailing
    states: dict[str, int]
    first_sent_at: datetime | None
    last_sent_at: datetime | None

    @property
    def mails(self) -> int:
        """Mails that stand so far."""
        return sum(self.states.values())

    @property
    def open(self) -> int:
        """Mails that are still to be sent."""
        return self.mails - self.settled - self.states.get(HELD, 0)

    @property
    def settled(self) -> int:
        """Mails that were sent, failed, were suppressed, or are part of another one."""
        return sum(self.states.get(state, 0) for state in (SENT, JOINED, "failed", "suppressed"))

    @property
    def per_second(self) -> float | None:
        """Mails sent per second so far, None as long as one cannot tell."""
        sent = self.states.get(SENT, 0)
        if sent < 2 or self.first_sent_at is None or self.last_sent_at is None:
            return None
        seconds = (self.last_sent_at - self.first_sent_at).total_seconds()
        return sent / seconds if seconds >= 1 else None

    @property
    def word(self) -> str:
        """In one word: stopped, writing, sending or done."""
        if self.mailing.stopped_at:
            return "stopped"
        if self.mailing.written_at is None:
            return "writing"
        return "sending" if self.open else "done"


def mailings_page(actor: User, number: int = 1, size: int = 25) -> Page[Mailing]:
    """The mailings of the actor's organization, newest first; two statements."""
    authorize(actor, "view", "Mail")
    statement = select(Mailing).where(Mailing.organization_id == actor.organization_id).order_by(Mailing.id.desc())
    return paginate(statement, number, size)


def progress(mailings: Sequence[Mailing]) -> dict[int, Progress]:
    """How far each of the mailings is; one statement."""
    states: dict[int, dict[str, int]] = {row.id: {} for row in mailings}
    sent: dict[int, tuple[datetime | None, datetime | None]] = {}
    rows = db.session.execute(
        select(Mail.mailing_id, Mail.state, func.count(), func.min(Mail.sent_at), func.max(Mail.sent_at))
        .where(Mail.mailing_id.in_(states))
        .group_by(Mail.mailing_id, Mail.state)
    )
    for mailing_id, state, count, first, last in rows:
        states[mailing_id or 0][state] = count
        if state == SENT:
            sent[mailing_id or 0] = first, last
    return {row.id: Progress(row, states[row.id], *sent.get(row.id, (None, None))) for row in mailings}


def find_mailing(id: int, actor: User) -> Mailing:
    """One mailing of the actor's organization; raises NotFound."""
    authorize(actor, "view", "Mail")
    return find(Mailing, id, actor.organization_id)


def stop_mailing(mailing: Mailing, actor: User) -> None:
    """Write and send no more of it; what a worker has in hand just now still goes. Two statements."""
    authorize(actor, "edit", mailing)
    _set_stopped(mailing, utcnow(), actor, "This mailing is stopped already.")
    with transaction() as session:
        session.execute(_mails_of(mailing, WAITING).values(state=HELD, due_at=None))


def go_on_with_mailing(mailing: Mailing, actor: User) -> None:
    """Undo `stop_mailing`."""
    authorize(actor, "edit", mailing)
    _set_stopped(mailing, None, actor, "This mailing is not stopped.")
    with transaction() as session:
        session.execute(_mails_of(mailing, HELD).values(state=WAITING, due_at=utcnow()))
        on_commit(wake_writer)
        on_commit(wake_sender)


def _set_stopped(mailing: Mailing, moment: datetime | None, actor: User, refusal: str) -> None:
    with transaction() as session:
        session.refresh(mailing, with_for_update=True)
        if (mailing.stopped_at is None) == (moment is None):
            raise Conflict(refusal)
        previous = snapshot(mailing)
        mailing.stopped_at = moment
        EventCenter.broadcast("updated", previous, mailing, actor)


def _mails_of(mailing: Mailing, state: str) -> Any:
    return update(Mail).where(Mail.mailing_id == mailing.id, Mail.state == state)

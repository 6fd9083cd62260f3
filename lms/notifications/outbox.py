"""The outbox: mails that wait are claimed in chunks, sent over one connection, and marked one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from lms import broker
from lms.accounts import User
from lms.db import on_commit, transaction, utcnow
from lms.notifications.letters import compose
from lms.notifications.models import CLAIMED, FAILED, SENT, SUPPRESSED, WAITING, Mail
from lms.notifications.server import Dropped, MailServer, Refused, ServerDown

log = structlog.get_logger(__name__)

SEND_TASK = "lms.mail"
CHUNK = 50
BEGIN_WITHIN = 0.6
"""What is not begun in this part of the claim is given back, so that nobody else sends it at the same time."""
REST = timedelta(seconds=30)
"""How long mails wait that were not tried because the server is down."""
MOST_ATTEMPTS = 80
"""With the waits of `_wait`, about three days."""


def wake_sender() -> None:
    """Have a worker send soon what waits."""
    broker.wake(SEND_TASK)


def post_mail(user: User, kind: str, params: dict[str, Any]) -> Mail:
    """Put a mail to `user` in the outbox, outside any change: a password reset, for instance."""
    letter = Mail(organization_id=user.organization_id, user_id=user.id, kind=kind, params=params)
    with transaction() as session:
        session.add(letter)
        on_commit(wake_sender)
    return letter


def send_waiting(config: Mapping[str, Any]) -> int:
    """Send until nothing is due, or until the server turns out to be down; returns how many were sent.

    A mail that was sent but could not be marked (killed in between) is sent again with the same Message-ID, after
    `MAIL_CLAIM` seconds, when what somebody claimed and did not mark may be taken over.
    """
    sent, claim = 0, timedelta(seconds=config["MAIL_CLAIM"])
    with MailServer(config["MAIL_TIMEOUT"]) as server:
        while letters := _claim(claim):
            until = utcnow() + claim * BEGIN_WITHIN
            for position, letter in enumerate(letters):
                if utcnow() > until:
                    _give_back(letters[position:], utcnow(), None)
                    break
                try:
                    sent += _deliver(letter, server, config)
                except ServerDown as error:
                    log.warning("mail server is down", error=str(error), given_back=len(letters) - position)
                    _give_back(letters[position:], utcnow() + REST, str(error))
                    return sent
    return sent


def _claim(claim: timedelta) -> Sequence[Mail]:
    """Take a chunk that is due; two statements and one for the people."""
    now = utcnow()
    with transaction() as session:
        letters = session.scalars(
            select(Mail)
            .where(Mail.due_at <= now)
            .order_by(Mail.due_at, Mail.id)
            .limit(CHUNK)
            .options(selectinload(Mail.user))
            .with_for_update(skip_locked=True)
        ).all()
        for letter in letters:
            letter.state, letter.due_at, letter.attempts = CLAIMED, now + claim, letter.attempts + 1
    return letters


def _deliver(letter: Mail, server: MailServer, config: Mapping[str, Any]) -> bool:
    """Send one mail and mark it; whether it was sent. Raises ServerDown and leaves it claimed then."""
    if not letter.user.active:
        _mark(letter, SUPPRESSED, None)
        return False
    try:
        server.send(compose(letter, config))
    except ServerDown:
        raise
    except Refused as error:
        _mark(letter, FAILED if error.is_final else WAITING, str(error))
        return False
    except Dropped as error:
        _mark(letter, WAITING, str(error))
        return False
    except Exception as error:  # a mail that cannot be made must not hold up those behind it
        log.exception("mail cannot be made", mail=letter.id, kind=letter.kind)
        _mark(letter, WAITING, f"{type(error).__name__}: {error}")
        return False
    _mark(letter, SENT, None)
    return True


def _mark(letter: Mail, state: str, error: str | None) -> None:
    """Settle one mail in a commit of its own, or put it off."""
    if state == WAITING and letter.attempts >= MOST_ATTEMPTS:
        state = FAILED
    with transaction():
        letter.state = state
        letter.error = error[:1000] if error else None
        letter.sent_at = utcnow() if state == SENT else None
        letter.due_at = utcnow() + _wait(letter.attempts) if state == WAITING else None


def _wait(attempts: int) -> timedelta:
    """Ten seconds after the first attempt, twice as long after each further one, an hour at most."""
    return timedelta(seconds=min(3600, 5 * 2 ** min(attempts, 10)))


def _give_back(letters: Sequence[Mail], due_at: datetime, error: str | None) -> None:
    """Untried, so without counting an attempt: an outage of days must not make a mail fail. One statement."""
    with transaction() as session:
        session.execute(
            update(Mail)
            .where(Mail.id.in_([letter.id for letter in letters]), Mail.state == CLAIMED)
            .values(state=WAITING, attempts=Mail.attempts - 1, due_at=due_at, error=error[:1000] if error else None)
        )

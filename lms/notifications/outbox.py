"""The outbox: mails that wait are claimed in chunks, sent over one connection, and marked one by one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, text, update

from lms import broker
from lms.accounts import User
from lms.db import db, on_commit, transaction, utcnow
from lms.notifications.bounces import is_final, stop_address
from lms.notifications.claiming import Claim, claim
from lms.notifications.letters import Letter
from lms.notifications.models import CLAIMED, FAILED, HARD_BOUNCE, SENT, WAITING, Mail
from lms.notifications.server import Dropped, MailServer, Refused, ServerDown
from lms.notifications.signing import bounce_address
from lms.notifications.skeletons import Composer
from lms.notifications.templates import all_templates

log = structlog.get_logger(__name__)

SEND_TASK = "lms.mail"
BEGIN_WITHIN = 0.6
"""What is not begun in this part of the claim is given back, so that nobody else sends it at the same time."""
REST = timedelta(seconds=30)
"""How long mails wait that were not tried because the server is down."""
MOST_ATTEMPTS = 80
"""With the waits of `_wait`, about three days."""
RUN_FOR = timedelta(seconds=10)
"""After so long a sender makes room for other tasks, and asks for another one to go on."""

MARK = (
    update(Mail.__table__)
    .where(Mail.__table__.c.id == bindparam("mail"), Mail.__table__.c.state == CLAIMED)
    .values(
        state=bindparam("new_state"),
        error=bindparam("new_error"),
        sent_at=bindparam("new_sent_at"),
        due_at=bindparam("new_due_at"),
        address=bindparam("new_address"),
    )
)


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


def send_waiting(
    config: Mapping[str, Any], clock: Callable[[], datetime] = utcnow, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Send until nothing is due, the server turns out to be down, or `RUN_FOR` is over; returns how many were sent.

    Several may run at once, and each that finds a full chunk wakes one more. A mail that was sent but could not be
    marked (killed in between) is sent again with the same Message-ID, after `MAIL_CLAIM` seconds, when what somebody
    claimed and did not mark may be taken over.
    """
    claim_for, end, runs = timedelta(seconds=config["MAIL_CLAIM"]), clock() + RUN_FOR, 0
    with _marking() as marks, MailServer(config["MAIL_TIMEOUT"]) as server:
        sender = _Sender(config, server, marks, clock, sleep)
        while (taken := claim(clock(), claim_for, config["MAIL_PER_SECOND"])).seen:
            runs += 1
            if runs == 2 or clock() > end:
                wake_sender()
            try:
                sender.send(taken, clock() + claim_for * BEGIN_WITHIN)
            except ServerDown as error:
                log.warning("mail server is down", error=str(error))
                break
            if clock() > end:
                break
    return sender.sent


@contextmanager
def _marking() -> Iterator[Connection]:
    """A connection on which each mark is a commit of its own, that need not have reached the disk.

    A worker that is killed loses none of them; a database server that is may lose the last half second's, and those
    mails are sent again with the same Message-ID.
    """
    connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    try:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET synchronous_commit = off"))
        yield connection
    finally:
        connection.close()


class _Sender:
    """Sends what was claimed, each mail marked as soon as the server has it."""

    def __init__(
        self, config: Mapping[str, Any], server: MailServer, marks: Connection, clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:  # fmt: skip
        self.server, self.marks, self.clock, self.sleep = server, marks, clock, sleep
        self.composer = Composer(config, all_templates())
        self.bounces_to = config["MAIL_BOUNCE"] or parseaddr(config["MAIL_DEFAULT_SENDER"])[1]
        self.secret, self.rate = config["SECRET_KEY"], config["MAIL_PER_SECOND"]
        self.sent = 0

    def send(self, taken: Claim, until: datetime) -> None:
        """Send the mails of a claim; what is not begun at `until` is given back. Raises ServerDown, and gives back."""
        for position, letter in enumerate(taken.letters):
            if taken.start is not None:
                pause = (taken.start - self.clock()).total_seconds() + position / self.rate
                if pause > 0:
                    self.sleep(pause)
            if self.clock() > until:
                self._give_back(taken.letters[position:], self.clock(), None)
                return
            try:
                self.sent += self._deliver(letter)
            except ServerDown as error:
                self._give_back(taken.letters[position:], self.clock() + REST, str(error))
                raise

    def _deliver(self, letter: Letter) -> bool:
        """Send one mail and mark it; whether it was sent. Raises ServerDown and leaves it claimed then."""
        try:
            data = self.composer.data(letter)
            self.server.send(bounce_address(letter.id, self.bounces_to, self.secret), letter.email, data)
        except ServerDown:
            raise
        except Refused as error:
            self._mark(letter, FAILED if error.is_final else WAITING, str(error))
            if error.is_final and is_final(error.answer):
                stop_address(letter.email, letter.organization_id, HARD_BOUNCE, error.answer, letter.id)
            return False
        except Dropped as error:
            self._mark(letter, WAITING, str(error))
            return False
        except Exception as error:  # a mail that cannot be made must not hold up those behind it
            log.exception("mail cannot be made", mail=letter.id, kind=letter.kind)
            self._mark(letter, WAITING, f"{type(error).__name__}: {error}")
            return False
        self._mark(letter, SENT, None)
        return True

    def _mark(self, letter: Letter, state: str, error: str | None) -> None:
        """Settle one mail in a commit of its own, or put it off."""
        if state == WAITING and letter.attempts >= MOST_ATTEMPTS:
            state = FAILED
        now = self.clock()
        self.marks.execute(
            MARK,
            {
                "mail": letter.id,
                "new_state": state,
                "new_error": error[:1000] if error else None,
                "new_sent_at": now if state == SENT else None,
                "new_due_at": now + _wait(letter.attempts) if state == WAITING else None,
                "new_address": letter.email,
            },
        )

    def _give_back(self, letters: Sequence[Letter], due_at: datetime, error: str | None) -> None:
        """Untried, so without counting an attempt: an outage of days must not make a mail fail. One statement."""
        with transaction() as session:
            session.execute(
                update(Mail)
                .where(Mail.id.in_([letter.id for letter in letters]), Mail.state == CLAIMED)
                .values(
                    state=WAITING, attempts=Mail.attempts - 1, due_at=due_at, error=error[:1000] if error else None
                )
            )


def _wait(attempts: int) -> timedelta:
    """Ten seconds after the first attempt, twice as long after each further one, an hour at most."""
    return timedelta(seconds=min(3600, 5 * 2 ** min(attempts, 10)))

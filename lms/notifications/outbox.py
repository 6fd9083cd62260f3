"""The outbox: mails that wait are claimed in chunks, sent over one connection, and marked one by one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

import structlog
from flask_mail import sanitize_address
from sqlalchemy import Connection, bindparam, text, update

from lms import broker
from lms.accounts import User
from lms.db import db, on_commit, transaction, utcnow
from lms.notifications.bounces import is_final, stop_address
from lms.notifications.claiming import Claim, Place, claim
from lms.notifications.letters import Letter
from lms.notifications.models import CLAIMED, FAILED, HARD_BOUNCE, SENT, WAITING, Mail
from lms.notifications.server import Dropped, Envelope, MailServer, Refused, ServerDown
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
RUN_FOR = timedelta(seconds=5)
"""After so long a sender makes room for other tasks, and asks for another one to go on.

So as many go on as there were; beat asks for one more every few seconds, which begins where a process is free and is
dropped where none is.
"""

GROUP = 20
"""Mails that go in one write, where the server takes several: what may come twice, with the same Message-ID, after a
kill. A server that does not gets one by one."""

MAILS = Mail.__table__
MARK = (
    update(MAILS)
    .where(MAILS.c.id == bindparam("mail"), MAILS.c.state == CLAIMED)
    .values(state=bindparam("new_state"), error=bindparam("new_error"), due_at=bindparam("new_due_at"))
)
MARK_SENT = (
    update(MAILS)
    .where(MAILS.c.id.in_(bindparam("mails", expanding=True)), MAILS.c.state == CLAIMED)
    .values(state=SENT, error=None, due_at=None, sent_at=bindparam("new_sent_at"))
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

    Several may run at once. A mail that was sent but could not be marked (killed in between) is sent again with the
    same Message-ID, after `MAIL_CLAIM` seconds, when what somebody claimed and did not mark may be taken over.
    """
    claim_for, end = timedelta(seconds=config["MAIL_CLAIM"]), clock() + RUN_FOR
    with _marking() as marks, MailServer(config["MAIL_TIMEOUT"]) as server:
        sender = _Sender(config, server, marks, clock, sleep)
        after: Place | None = None
        while True:
            taken = claim(clock(), claim_for, config["MAIL_PER_SECOND"], after)
            if not taken.seen and after is None:
                break
            after = taken.last
            try:
                sender.send(taken, clock() + claim_for * BEGIN_WITHIN)
            except ServerDown as error:
                log.warning("mail server is down", error=str(error))
                break
            if clock() > end:
                wake_sender()
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
    """Sends what was claimed, and marks it as soon as the server has it."""

    def __init__(
        self, config: Mapping[str, Any], server: MailServer, marks: Connection, clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:  # fmt: skip
        self.server, self.marks, self.clock, self.sleep = server, marks, clock, sleep
        self.composer = Composer(config, all_templates())
        self.bounces_to = config["MAIL_BOUNCE"] or parseaddr(config["MAIL_DEFAULT_SENDER"])[1]
        self.secret, self.rate = config["SECRET_KEY"], config["MAIL_PER_SECOND"]
        self.sent, self.stopped = 0, set[str]()

    def send(self, taken: Claim, until: datetime) -> None:
        """Send the mails of a claim; what is not begun at `until` is given back. Raises ServerDown, and gives back."""
        for start in range(0, len(taken.letters), GROUP):
            group, rest = taken.letters[start : start + GROUP], taken.letters[start:]
            if self.clock() > until:
                self._give_back(rest, self.clock(), None)
                return
            try:
                if taken.start is None and self.server.takes_groups:
                    self._deliver_group(group)
                else:
                    self._deliver_singly(group, taken.start, start)
            except ServerDown as error:
                # What was dealt with is not claimed any more, so it is not given back.
                self._give_back(rest, self.clock() + REST, str(error))
                raise

    def _deliver_singly(self, letters: Sequence[Letter], begin: datetime | None, before: int) -> None:
        """One after the other, each marked before the next one; no faster than the rate, where there is one."""
        for position, letter in enumerate(letters, start=before):
            if begin is not None:
                pause = (begin - self.clock()).total_seconds() + position / self.rate
                if pause > 0:
                    self.sleep(pause)
            envelope = self._envelope(letter)
            if envelope is None:
                continue
            try:
                self.server.send(*envelope)
            except (Refused, Dropped) as error:
                self._mark_failed(letter, error)
            else:
                self._mark_sent([letter])

    def _deliver_group(self, letters: Sequence[Letter]) -> None:
        """All in one write, and one mark for those that were taken."""
        envelopes = {letter.id: self._envelope(letter) for letter in letters}
        group = [(letter, envelope) for letter in letters if (envelope := envelopes[letter.id])]
        taken: list[Letter] = []
        try:
            answers = self.server.send_group([envelope for _letter, envelope in group])
            for (letter, _envelope), error in zip(group, answers, strict=False):
                if error is None:
                    taken.append(letter)
                else:
                    self._mark_failed(letter, error)
        finally:
            self._mark_sent(taken)

    def _envelope(self, letter: Letter) -> Envelope | None:
        """The mail as it goes over the line; None for one that cannot be made, which must not hold up the others."""
        try:
            data = self.composer.data(letter)
        except Exception as error:
            log.exception("mail cannot be made", mail=letter.id, kind=letter.kind)
            self._mark(letter, WAITING, f"{type(error).__name__}: {error}")
            return None
        address = letter.email if letter.email.isascii() else sanitize_address(letter.email)
        return bounce_address(letter.id, self.bounces_to, self.secret), address, data

    def _mark_sent(self, letters: Sequence[Letter]) -> None:
        """Settle what the server has, in a commit of its own."""
        if letters:
            self.marks.execute(MARK_SENT, {"mails": [letter.id for letter in letters], "new_sent_at": self.clock()})
            self.sent += len(letters)

    def _mark_failed(self, letter: Letter, error: Refused | Dropped) -> None:
        """Settle what the server will not take, or put it off."""
        is_refused_for_good = isinstance(error, Refused) and error.is_final
        self._mark(letter, FAILED if is_refused_for_good else WAITING, str(error))
        is_new = letter.email not in self.stopped
        if isinstance(error, Refused) and is_refused_for_good and is_final(error.answer) and is_new:
            self.stopped.add(letter.email)
            stop_address(letter.email, letter.organization_id, HARD_BOUNCE, error.answer, letter.id)

    def _mark(self, letter: Letter, state: str, error: str) -> None:
        if state == WAITING and letter.attempts >= MOST_ATTEMPTS:
            state = FAILED
        values = {
            "mail": letter.id,
            "new_state": state,
            "new_error": error[:1000],
            "new_due_at": self.clock() + _wait(letter.attempts) if state == WAITING else None,
        }
        self.marks.execute(MARK, values)

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

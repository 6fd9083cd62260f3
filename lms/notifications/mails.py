"""Every mail with its state, for administrators: found, looked at, sent again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_mail import Message
from sqlalchemy import ColumnElement, String, cast, func, or_, select, update
from sqlalchemy.orm import contains_eager

from lms.accounts import User
from lms.db import db, find, on_commit, transaction, utcnow
from lms.errors import Conflict
from lms.notifications.kinds import KINDS, WITH_TOKEN
from lms.notifications.letters import Letter, compose
from lms.notifications.models import CLAIMED, FAILED, HELD, JOINED, SENT, SUPPRESSED, WAITING, Mail
from lms.notifications.outbox import wake_sender
from lms.notifications.templates import all_templates
from lms.paging import Page, paginate
from lms.policy import authorize

STATES = (WAITING, CLAIMED, SENT, FAILED, SUPPRESSED, JOINED, HELD)
SORTS = {"written": Mail.id, "sent": Mail.sent_at, "name": User.name, "state": Mail.state, "kind": Mail.kind}
NOT_SENT = (FAILED, SUPPRESSED)
"""What may be sent again all at once; what was sent, somebody has, so that is sent again one by one."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which mails are meant; what is left empty does not narrow."""

    q: str = ""
    """A part of the reader's name, of an address or of the error; or a Message-ID, or a mail's number."""
    state: str = ""
    kind: str = ""
    mailing_id: int | None = None

    def conditions(self, organization_id: int) -> list[ColumnElement[bool]]:
        """As conditions on mails joined with their readers."""
        wanted: list[ColumnElement[bool]] = [Mail.organization_id == organization_id]
        if self.state:
            wanted.append(Mail.state == self.state)
        if self.kind:
            wanted.append(Mail.kind == self.kind)
        if self.mailing_id is not None:
            wanted.append(Mail.mailing_id == self.mailing_id)
        if self.q:
            columns = (User.name, User.email, Mail.address, Mail.error)
            number = self.q.strip("<>").removeprefix("mail-").partition("@")[0]
            found = [column.icontains(self.q, autoescape=True) for column in columns]
            wanted.append(or_(*found, cast(Mail.id, String) == number))
        return wanted


def mails_page(
    actor: User, which: Which, sort: str = "-written", number: int = 1, size: int = 25
) -> Page[Mail]:
    """Mails of the actor's organization with their readers; two statements."""
    authorize(actor, "view", "Mail")
    statement = (
        select(Mail)
        .join(Mail.user)
        .where(*which.conditions(actor.organization_id))
        .options(contains_eager(Mail.user))
    )
    column = SORTS.get(sort.lstrip("-"), Mail.id)
    return paginate(
        statement.order_by(column.desc() if sort.startswith("-") else column, Mail.id.desc()), number, size
    )


def state_counts(actor: User) -> dict[str, int]:
    """How many mails of the actor's organization are in each state; one statement."""
    authorize(actor, "view", "Mail")
    statement = (
        select(Mail.state, func.count()).where(Mail.organization_id == actor.organization_id).group_by(Mail.state)
    )
    return {state: count for state, count in db.session.execute(statement)}


def find_mail(id: int, actor: User) -> Mail:
    """One mail of the actor's organization; raises NotFound."""
    authorize(actor, "view", "Mail")
    return find(Mail, id, actor.organization_id)


def joined_mails(mail: Mail) -> list[Mail]:
    """What this mail tells as well; one statement."""
    statement = select(Mail).where(Mail.carrier_id == mail.id, Mail.state == JOINED)
    return list(db.session.scalars(statement.order_by(Mail.id)))


def rendered(mail: Mail, config: Mapping[str, Any]) -> Message:
    """The mail as it looks when it is sent now; a link that lets somebody in is left out."""
    params = dict(mail.params)
    if mail.kind in WITH_TOKEN:
        params.setdefault("draft", [str(KINDS[mail.kind].title) % params, str(KINDS[mail.kind].text) % params])
    letter = Letter(
        id=mail.id, organization_id=mail.organization_id, user_id=mail.user_id, kind=mail.kind, params=params,
        name=mail.user.name, email=mail.user.email, locale=mail.user.locale, bundle=mail.bundle,
        others=[(row.kind, row.params) for row in joined_mails(mail)],
    )  # fmt: skip
    return compose(letter, config, all_templates())


def send_again(mail: Mail, actor: User) -> Mail:
    """Send a mail once more; one that was sent gets a new row, so that servers do not drop it as a repeat.

    Raises Conflict for one that is waiting, or is part of another one.
    """
    authorize(actor, "edit", mail)
    if mail.state in (WAITING, CLAIMED):
        raise Conflict("This mail is waiting to be sent already.")
    if mail.state == JOINED:
        raise Conflict("This is part of another mail; send that one again.")
    with transaction() as session:
        if mail.state == SENT:
            mail = Mail(organization_id=mail.organization_id, user_id=mail.user_id, kind=mail.kind, params=mail.params)
            session.add(mail)
        else:
            mail.state, mail.reason, mail.error, mail.attempts, mail.due_at = WAITING, None, None, 0, utcnow()
        on_commit(wake_sender)
    return mail


def send_all_again(which: Which, actor: User) -> int:
    """Send again all that match and were not sent: failed or suppressed. Returns how many; one statement."""
    authorize(actor, "edit", "Mail")
    ids = (
        select(Mail.id)
        .join(Mail.user)
        .where(*which.conditions(actor.organization_id), Mail.state.in_(NOT_SENT))
    )
    with transaction() as session:
        done: Any = session.execute(
            update(Mail)
            .where(Mail.id.in_(ids))
            .values(state=WAITING, reason=None, error=None, attempts=0, due_at=utcnow()),
            execution_options={"synchronize_session": False},
        )
        on_commit(wake_sender)
    return int(done.rowcount)


def count_not_sent(which: Which, actor: User) -> int:
    """How many `send_all_again` would send; one statement."""
    statement = select(func.count(Mail.id)).join(Mail.user)
    statement = statement.where(*which.conditions(actor.organization_id), Mail.state.in_(NOT_SENT))
    return db.session.scalar(statement) or 0

"""Writing the notes and mails of one change: set-based, so that it costs as many statements for two as for thousands.

What concerns very many people becomes a mailing: whom it concerns is kept at once, and their rows follow in chunks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
)

from lms import broker
from lms.accounts import User, names
from lms.courses import Course
from lms.db import BigId, db, on_commit, utcnow
from lms.events import Change
from lms.notifications.kinds import DAILY, KINDS, MAIL, OFF, WEEKLY
from lms.notifications.models import WAITING, Mail, Mailing, MailingRecipient, Notification
from lms.notifications.outbox import wake_sender
from lms.notifications.times import digest_at
from lms.notifications.wishes import KindDefault, Preference, digest_plan

WRITE_TASK = "lms.mailings"
MANY = 1_000
"""More people than these are written in chunks, outside the transaction that dealt with the change."""
merge_within = timedelta(minutes=5)
"""For so long a mail of a kind that merges waits for others about the same thing; set by `configure`."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told: of which change, as which kind, with which words."""

    organization_id: int
    change_id: int
    kind: str
    params: dict[str, Any]
    created_at: datetime
    mailing_id: int | None = None

    @property
    def bundle(self) -> str | None:
        """What it is about, where several of it are to become one mail."""
        if not KINDS[self.kind].merges or not merge_within:
            return None
        course_id = self.params.get("course_id")
        if self.kind == "escalation":
            return self.kind
        return f"course/{course_id}" if course_id else f"object/{self.params.get('object_id')}"


def configure(config: Mapping[str, Any]) -> None:
    """Take the settings: MAIL_MERGE, in seconds; 0 sends every mail by itself."""
    global merge_within
    merge_within = timedelta(seconds=config["MAIL_MERGE"])


def params_of(change: Change, course_id: int | None) -> dict[str, Any]:
    """The names and ids its sentences and links need."""
    course = db.session.scalar(select(Course.title).where(Course.id == course_id)) if course_id else None
    actors = names({change.actor_id} if change.actor_id is not None else set())
    return {
        "actor": actors.get(change.actor_id or 0, "LMS"),
        "title": change.state.get("title", ""),
        "course": course or "",
        "course_id": course_id,
        "object_id": change.object_id,
    }


def tell(change: Change, kind: str, people: Select[int], params: dict[str, Any], *, even_actor: bool = False) -> None:
    """Note and mail to the active ones of `people`, as each prefers; seven statements at most."""
    telling = Telling(change.organization_id, change.id, kind, params, change.created_at)
    wanted = select(User.id).where(User.id.in_(people), User.active, User.organization_id == change.organization_id)
    if not even_actor and change.actor_id is not None:
        wanted = wanted.where(User.id != change.actor_id)
    number = db.session.scalar(select(func.count()).select_from(wanted.limit(MANY + 1).subquery())) or 0
    if number > MANY:
        _begin_mailing(telling, wanted)
    elif number:
        write(telling, wanted, utcnow())


def _begin_mailing(telling: Telling, wanted: Select[int]) -> None:
    """Keep whom it concerns, who that is now; their rows are written by `mailings.write_some`."""
    mailing = Mailing(
        organization_id=telling.organization_id, change_id=telling.change_id, kind=telling.kind,
        params=telling.params, created_at=telling.created_at, total=0,
    )  # fmt: skip
    db.session.add(mailing)
    db.session.flush()
    rows = wanted.add_columns(literal(mailing.id, BigId))
    statement = insert(MailingRecipient).from_select(["user_id", "mailing_id"], rows)
    db.session.execute(statement)
    kept = select(func.count()).where(MailingRecipient.mailing_id == mailing.id)
    mailing.total = db.session.scalar(kept) or 0
    on_commit(wake_writer)


def wake_writer() -> None:
    """Have a worker write the rows of mailings soon."""
    broker.wake(WRITE_TASK)


def write(telling: Telling, people: Select[int], now: datetime) -> None:
    """The notes and mails of `people`, who are active: at once, merged or in a digest, as each prefers.

    Four statements, whatever the number of people. A repeat raises the database's own error: nobody is told twice.
    """
    chosen = _chosen(telling, people)
    note = [
        ("organization_id", literal(telling.organization_id, BigId)),
        ("user_id", chosen.c.user_id),
        ("change_id", literal(telling.change_id, BigId)),
        ("kind", literal(telling.kind)),
        ("params", bindparam("params", telling.params, type_=Notification.params.type)),
    ]
    created = ("created_at", bindparam("created_at", telling.created_at, type_=Notification.created_at.type))
    db.session.execute(_insert(Notification, [*note, created], select().where(chosen.c.channel != OFF)))
    mail = [
        *note,
        ("mailing_id", literal(telling.mailing_id, BigId) if telling.mailing_id else cast(null(), BigId)),
        ("state", literal(WAITING)),
        ("attempts", literal(0)),
        ("created_at", bindparam("written_at", now, type_=Mail.created_at.type)),
        ("bundle", _bundle(telling, chosen)),
        ("due_at", _due_at(telling, chosen, now)),
    ]
    wanted = select().where(chosen.c.channel.in_((MAIL, DAILY, WEEKLY))).order_by(chosen.c.user_id)
    db.session.execute(_insert(Mail, mail, wanted))
    if telling.mailing_id is None:
        on_commit(wake_sender)


def _insert(model: Any, columns: list[tuple[str, Any]], rows: Select[Any]) -> Any:
    return insert(model).from_select(
        [name for name, _value in columns], rows.with_only_columns(*(value for _name, value in columns))
    )


def _chosen(telling: Telling, people: Select[int]) -> Subquery:
    """Each of the people with their zone and how they hear of this kind."""
    kind = KINDS[telling.kind]
    ours = literal(kind.channel)
    preference = and_(Preference.user_id == User.id, Preference.kind == telling.kind)
    default = and_(KindDefault.organization_id == User.organization_id, KindDefault.kind == telling.kind)
    channel = func.coalesce(Preference.channel, KindDefault.channel, ours) if kind.can_be_off else ours
    return (
        select(User.id.label("user_id"), User.timezone.label("zone"), channel.label("channel"))
        .outerjoin(Preference, preference)
        .outerjoin(KindDefault, default)
        .where(User.id.in_(people))
        .subquery()
    )


def _bundle(telling: Telling, chosen: Subquery) -> ColumnElement[str | None]:
    merged = literal(telling.bundle, Mail.bundle.type) if telling.bundle else cast(null(), Mail.bundle.type)
    return case((chosen.c.channel == MAIL, merged), else_=chosen.c.channel)


def _due_at(telling: Telling, chosen: Subquery, now: datetime) -> ColumnElement[datetime]:
    """At once, when the window has passed, or with the digest: as many cases as the readers have zones."""

    def moment(value: datetime) -> ColumnElement[datetime]:
        return bindparam(None, value, type_=Mail.due_at.type)

    soon = moment(now + merge_within if telling.bundle else now)
    digests = select(chosen.c.channel, chosen.c.zone).where(chosen.c.channel.in_((DAILY, WEEKLY))).distinct()
    found = sorted((channel, zone) for channel, zone in db.session.execute(digests))
    if not found:
        return soon
    plan = digest_plan(telling.organization_id)
    cases = [
        (
            and_(chosen.c.channel == channel, chosen.c.zone == zone),
            moment(digest_at(channel, zone, plan.at, plan.weekday, now)),
        )
        for channel, zone in found
    ]
    return case(*cases, else_=soon)

"""Which mails a worker takes in hand, and what becomes of those that are not to go, or not now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, text, tuple_, update
from sqlalchemy.orm import aliased

from lms.accounts import User
from lms.db import db, transaction, upsert
from lms.notifications.bounces import StoppedAddress
from lms.notifications.kinds import IN_APP, KINDS, OFF
from lms.notifications.letters import Letter
from lms.notifications.models import (
    AWAY,
    CLAIMED,
    COMPLAINT,
    JOINED,
    LEFT,
    SUPPRESSED,
    SWITCHED_OFF,
    WAITING,
    Mail,
    Pace,
)  # fmt: skip
from lms.notifications.times import is_away, quiet_until
from lms.notifications.wishes import Habits, Preference

CHUNK = 200
CLAIM_AHEAD = timedelta(seconds=2)
"""Where there is a rate, nobody claims what could not be sent sooner than this."""

NOT_WAITING_FOR_THE_DISK = text("SET LOCAL synchronous_commit = off")
"""A claim that a crash of the database server loses is made again, as the mark of a mail is."""

Preferences = dict[tuple[int, str], str]
Place = tuple[datetime, int]
"""Where a mail stood in the order of sending: when it was due, and its id."""


@dataclass(slots=True)
class Claim:
    """Mails that one worker is to send now; `start` is when the first may go, where there is a rate."""

    letters: list[Letter] = field(default_factory=list)
    seen: int = 0
    """Rows looked at, those included that are not to go."""
    start: datetime | None = None
    last: Place | None = None


@dataclass(slots=True)
class _Taken:
    """A row in hand and what decides whether it goes."""

    letter: Letter
    zone: str
    is_active: bool
    habits: tuple[str | None, str | None, date | None, date | None]
    stopped: str | None


def claim(
    now: datetime, for_how_long: timedelta, per_second: float = 0, after: Place | None = None
) -> Claim:
    """Take a chunk that is due at `now`; ten statements at most, whatever the number of mails.

    `after` is where the last claim ended: the index is full of what was just dealt with before that, until the
    database tidies up, and walking over it again would take longer than the mails do.

    Of what waits for one person in one bundle the first takes the others along. What is not to go is marked at once:
    suppressed, with the reason, or put off until the reader's quiet hours end.
    """
    most = max(1, min(CHUNK, int(per_second))) if per_second else CHUNK
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(NOT_WAITING_FOR_THE_DISK)
        start = _pace(now) if per_second else None
        if start is not None and start > now + CLAIM_AHEAD:
            return Claim()
        rows = _take(now, now + for_how_long, most, after)
        if not rows:
            return Claim()
        ids = [id for _due_at, id in rows]
        taken = _load(ids)
        chosen = _join(taken)
        claim = Claim(seen=len(ids), start=start, last=rows[-1])
        suppressed: dict[str, list[int]] = defaultdict(list)
        put_off: dict[datetime, list[int]] = defaultdict(list)
        for row in taken:
            reason = _reason(row, chosen, now)
            later = None if _is_urgent(row) else quiet_until(row.zone, *row.habits[:2], now)
            if reason:
                suppressed[reason].append(row.letter.id)
            elif later:
                put_off[later].append(row.letter.id)
            else:
                claim.letters.append(row.letter)
        for reason, unwanted in suppressed.items():
            _change(unwanted, state=SUPPRESSED, reason=reason, due_at=None, error=None)
        for moment, early in put_off.items():
            _change(early, state=WAITING, due_at=moment, attempts=Mail.attempts - 1)
        if start is not None:
            end = start + timedelta(seconds=len(claim.letters) / per_second)
            db.session.execute(update(Pace).values(free_at=end))
    return claim


def _pace(now: datetime) -> datetime:
    """When the next mail may go; whoever asks is alone with it until the transaction ends."""
    session = db.session()
    free_at = session.scalar(select(Pace.free_at).where(Pace.id == 1).with_for_update())
    if free_at is None:
        session.execute(upsert(Pace).values(id=1, free_at=now).on_conflict_do_nothing())
        free_at = session.scalar(select(Pace.free_at).where(Pace.id == 1).with_for_update())
    return max(free_at or now, now)


def _take(now: datetime, until: datetime, most: int, after: Place | None) -> list[Place]:
    """Lock and claim; of a bundle only its first can be taken, so no two workers take parts of the same one."""
    earlier = aliased(Mail)
    is_first = ~(
        select(earlier.id)
        .where(earlier.user_id == Mail.user_id, earlier.bundle == Mail.bundle, earlier.id < Mail.id)
        .where(earlier.state == WAITING, earlier.due_at.is_not(None), earlier.bundle.is_not(None))
        .exists()
    )
    statement = (
        select(Mail.due_at, Mail.id)
        .where(Mail.due_at <= now, or_(Mail.bundle.is_(None), is_first))
        .order_by(Mail.due_at, Mail.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Mail)
    )
    if after is not None:
        statement = statement.where(tuple_(Mail.due_at, Mail.id) > after)
    found = [(due_at or now, id) for due_at, id in db.session.execute(statement)]
    ids = [id for _due_at, id in found]
    if ids:
        address = select(User.email).where(User.id == Mail.user_id).scalar_subquery()
        _change(ids, state=CLAIMED, reason=None, due_at=until, attempts=Mail.attempts + 1, address=address)
    return found


def _change(ids: Collection[int], **values: Any) -> None:
    statement = update(Mail).where(Mail.id.in_(ids)).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _load(ids: Sequence[int]) -> list[_Taken]:
    """The claimed rows with their readers, in their order; one statement."""
    statement = (
        select(
            Mail.id, Mail.organization_id, Mail.user_id, Mail.kind, Mail.params, Mail.change_id, Mail.bundle,
            Mail.attempts, User.name, User.email, User.locale, User.timezone, User.active, Habits.quiet_from,
            Habits.quiet_until, Habits.away_from, Habits.away_until, StoppedAddress.reason,
        )
        .join(User, User.id == Mail.user_id)
        .outerjoin(Habits, Habits.user_id == Mail.user_id)
        .outerjoin(StoppedAddress, StoppedAddress.address == User.email)
        .where(Mail.id.in_(ids))
        .order_by(Mail.due_at, Mail.id)
    )  # fmt: skip
    place = {id: number for number, id in enumerate(ids)}
    rows = [
        _Taken(
            Letter(
                id=row.id, organization_id=row.organization_id, user_id=row.user_id, kind=row.kind, params=row.params,
                name=row.name, email=row.email, locale=row.locale, change_id=row.change_id, bundle=row.bundle,
                attempts=row.attempts,
            ),
            row.timezone,
            row.active,
            (row.quiet_from, row.quiet_until, row.away_from, row.away_until),
            row.reason,
        )
        for row in db.session.execute(statement)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: place[row.letter.id])


def _join(taken: Sequence[_Taken]) -> Preferences:
    """Let the first of each bundle tell what else waits in it, as far as its reader still wants to hear it.

    Returns what the readers chose, by reader and kind. Three statements, one where nothing is bundled.
    """
    people = {row.letter.user_id for row in taken}
    choices = select(Preference.user_id, Preference.kind, Preference.channel).where(
        Preference.user_id.in_(people), Preference.channel.in_((IN_APP, OFF))
    )
    chosen = {(user_id, kind): channel for user_id, kind, channel in db.session.execute(choices)}
    carriers = {row.letter.id: row.letter for row in taken if row.letter.bundle}
    if not carriers:
        return chosen
    carrier = aliased(Mail)
    db.session.execute(
        update(Mail)
        .where(carrier.id.in_(carriers), Mail.user_id == carrier.user_id, Mail.bundle == carrier.bundle)
        .where(Mail.state == WAITING, Mail.due_at.is_not(None), Mail.bundle.is_not(None), Mail.id != carrier.id)
        .values(state=JOINED, due_at=None, carrier_id=carrier.id),
        execution_options={"synchronize_session": False},
    )
    others = select(Mail.carrier_id, Mail.user_id, Mail.kind, Mail.params)
    for carrier_id, user_id, kind, params in db.session.execute(
        others.where(Mail.carrier_id.in_(carriers), Mail.state == JOINED).order_by(Mail.id)
    ):
        if (user_id, kind) not in chosen:
            carriers[carrier_id].others.append((kind, params))
    return chosen


def _reason(row: _Taken, chosen: Mapping[tuple[int, str], str], now: datetime) -> str | None:
    """Why the mail is not to go, if so."""
    letter = row.letter
    if not row.is_active:
        return LEFT
    if row.stopped and not (row.stopped == COMPLAINT and _is_urgent(row)):
        return row.stopped
    if not _is_urgent(row) and is_away(row.zone, *row.habits[2:], now):
        return AWAY
    if KINDS[letter.kind].can_be_off and (letter.user_id, letter.kind) in chosen and not letter.params.get("draft"):
        if not letter.others:
            return SWITCHED_OFF
        letter.kind, letter.params = letter.others.pop(0)
    return None


def _is_urgent(row: _Taken) -> bool:
    return KINDS[row.letter.kind].is_urgent



"""What is done by hand to what people hold: revoking, suspending, other last days, and beginning a renewal."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, selectinload

from lms import courses
from lms.accounts import User
from lms.compliance.days import today_of
from lms.compliance.models import Holding, Qualification
from lms.compliance.models.qualifications import FIRST, RENEWAL
from lms.compliance.qualifications import EARLIEST, LATEST
from lms.compliance.validity import Rule
from lms.courses import Course, Enrollment
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize, may

MOST_AT_ONCE = 5000
"""Holdings whose last day may be changed in one act."""


def revoke(holding: Holding, on: date, reason: str, actor: User) -> None:
    """It counts no more from that day on; what it counted for before stays. The next one is a first time."""
    _check(reason, on)

    def change(row: Holding) -> None:
        if row.revoked_on is not None:
            raise Conflict("This is revoked already.")
        row.revoked_on, row.revoke_reason = on, reason.strip()

    _by_hand([holding], change, actor)


def reinstate(holding: Holding, actor: User) -> None:
    """Take a revocation back: it was a mistake."""

    def change(row: Holding) -> None:
        row.revoked_on, row.revoke_reason = None, ""

    _by_hand([holding], change, actor)


def suspend(holding: Holding, since: date, reason: str, actor: User) -> None:
    """It does not count from that day on, until it is resumed: during a long absence. Its last day stays."""
    _check(reason, since)

    def change(row: Holding) -> None:
        if row.is_suspended:
            raise Conflict("This is suspended already.")
        row.suspensions = [*row.suspensions, {"from": since.isoformat(), "until": None, "reason": reason.strip()}]

    _by_hand([holding], change, actor)


def resume(holding: Holding, on: date, actor: User) -> None:
    """It counts again from that day on."""

    def change(row: Holding) -> None:
        if not row.is_suspended:
            raise Conflict("This is not suspended.")
        last = row.suspensions[-1]
        if on <= date.fromisoformat(last["from"]):
            row.suspensions = row.suspensions[:-1]
        else:
            row.suspensions = [*row.suspensions[:-1], {**last, "until": (on - timedelta(days=1)).isoformat()}]

    _by_hand([holding], change, actor)


def change_expiry(holding_ids: Collection[int], last_day: date, reason: str, actor: User) -> int:
    """Give many holdings another last valid day, with a reason; each is broadcast, so each is in the trail.

    Those of other organizations are not there. Returns how many were changed. Raises Invalid for more than
    MOST_AT_ONCE, without a reason, or for a day before one of them was achieved.
    """
    authorize(actor, "edit", "Holding")
    _check(reason, last_day)
    if len(holding_ids) > MOST_AT_ONCE:
        raise Invalid("holding_ids", f"Change at most {MOST_AT_ONCE} at once.")
    rows = db.session.scalars(
        select(Holding)
        .where(Holding.id.in_(holding_ids), Holding.organization_id == actor.organization_id, ~Holding.withdrawn)
        .order_by(Holding.id)
    ).all()
    if not rows:
        raise Invalid("holding_ids", "Choose at least one person.")
    if any(row.achieved_on > last_day for row in rows):
        raise Invalid("last_day", "Somebody obtained it after that day. Choose a later one, or fewer people.")

    def change(row: Holding) -> None:
        row.changed_to, row.change_reason = last_day, reason.strip()

    _by_hand(rows, change, actor)
    return len(rows)


def _check(reason: str, day: date) -> None:
    if not reason.strip():
        raise Invalid("reason", "Say why; it is kept with the record.")
    if len(reason) > 1000:
        raise Invalid("reason", "Use at most 1000 characters.")
    if not EARLIEST <= day <= LATEST:
        raise Invalid("last_day", "Give a date between 1900 and 2200.")


def _by_hand(rows: Sequence[Holding], change: Callable[[Holding], None], actor: User) -> None:
    with transaction() as session:
        for row in rows:
            authorize(actor, "edit", row)
        session.execute(select(Holding.id).where(Holding.id.in_([row.id for row in rows])).with_for_update())
        for row in rows:
            session.refresh(row)
            previous = snapshot(row)
            change(row)
            EventCenter.broadcast("updated", previous, row, actor)


def holdings_of(user: User) -> Sequence[Holding]:
    """Everything the person holds or held, the latest first; two statements."""
    return db.session.scalars(
        select(Holding)
        .where(Holding.user_id == user.id, ~Holding.withdrawn)
        .order_by(Holding.achieved_on.desc(), Holding.id.desc())
        .options(selectinload(Holding.qualification))
    ).all()


def latest_holding(user_id: int, qualification: Qualification) -> Holding | None:
    """What the person holds longest of a qualification and was not revoked; one statement."""
    rows = db.session.scalars(
        select(Holding).where(
            Holding.user_id == user_id, Holding.qualification_id == qualification.id, ~Holding.withdrawn,
            Holding.revoked_on.is_(None),
        )
    ).all()  # fmt: skip
    return max(rows, key=lambda row: (row.valid_until or date.max, row.id), default=None)


def renewal_opens_on(holding: Holding) -> date | None:
    """The first day on which it may be renewed; None where it always may."""
    return Rule.read(holding.rule).opens_on(holding.valid_until)


def courses_to_take(qualification: Qualification, holding: Holding | None, today: date) -> list[Course]:
    """What to take next: the renewal's courses, or the first ones when it was never held, or has lapsed."""
    grace = qualification.rule.grace
    is_current = holding is not None and (
        holding.valid_until is None or today <= grace.after(holding.valid_until)
    )
    renewal = [row.course for row in qualification.courses if row.path == RENEWAL]
    first = [row.course for row in qualification.courses if row.path == FIRST]
    return renewal if is_current and renewal else first


def start_renewal(qualification: Qualification, user: User, actor: User) -> list[Enrollment]:
    """Enroll somebody in what is to be taken next: a new round where they completed it before. The person themself,
    or who may enroll people. Raises Conflict before the renewal opens, and where no course leads to it."""
    if actor.id != user.id or not may(actor, "view", qualification):
        authorize(actor, "enroll", "Course")
    authorize(actor, "view", qualification)
    today = today_of(qualification.organization_id)
    holding = latest_holding(user.id, qualification)
    opens_on = renewal_opens_on(holding) if holding is not None and holding.valid_until else None
    if holding is not None and holding.valid_until is None:
        raise Conflict("This qualification is valid for good; there is nothing to renew.")
    if opens_on is not None and today < opens_on:
        raise Conflict(f"The renewal opens on {opens_on.isoformat()}.")
    to_take = courses_to_take(qualification, holding, today)
    if not to_take:
        raise Conflict("No course leads to this qualification. Hand in evidence, or ask an instructor to sign off.")
    with transaction():
        return [row for course in to_take for row in courses.start_round(course, [user.id], actor)]


SORTS = {"person": User.name, "until": Holding.valid_until, "achieved": Holding.achieved_on}


def holdings_page(
    qualification: Qualification, q: str = "", sort: str = "until", number: int = 1, size: int = 25, *, state: str = "",
    among: Select[int] | None = None,
) -> Page[Holding]:  # fmt: skip
    """What people hold of a qualification; `state` is revoked, past, all, or empty for what is valid today; `among`
    selects the ids of people to show. Three statements."""
    today = today_of(qualification.organization_id)
    statement = (
        select(Holding)
        .join(Holding.user)
        .where(Holding.qualification_id == qualification.id, ~Holding.withdrawn)
        .options(contains_eager(Holding.user))
    )
    if among is not None:
        statement = statement.where(Holding.user_id.in_(among))
    if state == "revoked":
        statement = statement.where(Holding.revoked_on.is_not(None))
    elif state == "past":
        statement = statement.where(Holding.valid_until < today)
    elif state != "all":
        valid = Holding.valid_until.is_(None) | (Holding.valid_until >= today)
        statement = statement.where(valid, Holding.revoked_on.is_(None))
    if q:
        statement = statement.where(User.name.icontains(q, autoescape=True) | User.email.icontains(q, autoescape=True))
    column = SORTS.get(sort.lstrip("-"), Holding.valid_until)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Holding.id), number, size)

"""Statements in: which of them are results of our people on our subjects, and why the others are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import selectinload

from lms import courses, results
from lms.accounts import User
from lms.courses import Subject
from lms.db import db, transaction, utcnow
from lms.errors import Refusal
from lms.lrs.models import LEFT, REFUSED, TAKEN, LrsActivity, LrsStatement
from lms.lrs.settings import Settings
from lms.lrs.statements import SOURCE, VERBS
from lms.lrs.store import as_moment
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.results import Outcome
from lms.tracking.reading import duration, percentage

BY_IRI = {iri: name for name, iri in VERBS.items()}
MOST_SECONDS = 10_000_000
AGAIN = 100
"""Statements that are tried again in one transaction."""


@dataclass(slots=True)
class Told:
    """What a statement about a result says, in our words."""

    id: str
    verb: str
    activity: str
    names: tuple[str, ...]
    """Of the person: an account's name, or a mail address."""
    is_mail: bool
    outcome: Outcome
    finished_at: datetime
    body: dict[str, Any]


def told(statement: Mapping[str, Any]) -> Told | None:
    """What it says; None for what is not about a result, or is our own."""
    verb, target, result = (_part(statement, name) for name in ("verb", "object", "result"))
    name, activity, id = BY_IRI.get(str(verb.get("id"))), target.get("id"), statement.get("id")
    if name is None or not isinstance(activity, str) or not isinstance(id, str) or len(id) > 36:
        return None
    if target.get("objectType", "Activity") != "Activity" or activity.startswith(f"{Settings.base}/courses/"):
        return None
    score, success = percentage(_part(result, "score")), result.get("success")
    passed = name == "passed" or (name == "completed" and success is not False)
    seconds = int(min(duration(result.get("duration")), MOST_SECONDS))
    finished_at, now = as_moment(statement.get("timestamp")) or as_moment(statement.get("stored")), utcnow()
    who, is_mail = _who(_part(statement, "actor"))
    return Told(
        id.lower(), name, activity[:500], who, is_mail,
        Outcome(passed, None if score is None else round(score), seconds or None),
        min(finished_at or now, now), dict(statement),
    )  # fmt: skip


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = value.get(name)
    return part if isinstance(part, Mapping) else {}


def _who(actor: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    mail, account = actor.get("mbox"), _part(actor, "account").get("name")
    if actor.get("objectType", "Agent") != "Agent":
        return (), False
    if isinstance(mail, str) and mail.lower().startswith("mailto:"):
        return (mail[7:].strip().lower()[:254],), True
    return ((account.strip()[:254],), False) if isinstance(account, str) and account.strip() else ((), False)


def take(organization_id: int, endpoint: str, statements: Sequence[Mapping[str, Any]]) -> None:
    """Make results of them, or note why not; in the caller's transaction. What was seen before changes nothing."""
    found = {one.id: one for statement in statements if (one := told(statement)) is not None}
    known = set(
        db.session.scalars(
            select(LrsStatement.statement_id).where(
                LrsStatement.organization_id == organization_id, LrsStatement.statement_id.in_(found)
            )
        )
    )
    new = [one for id, one in found.items() if id not in known]
    rows = [
        LrsStatement(
            organization_id=organization_id, endpoint=endpoint, statement_id=one.id, verb=one.verb,
            activity=one.activity, actor=", ".join(one.names)[:300],
        )
        for one in new
    ]  # fmt: skip
    _settle(organization_id, new, rows)
    db.session.add_all(rows)


def _settle(organization_id: int, new: Sequence[Told], rows: Sequence[LrsStatement]) -> None:
    people = _people(organization_id, new)
    subjects = _subjects(organization_id, {one.activity for one in new})
    for one, row in zip(new, rows, strict=True):
        who = people.get(one.names[0].lower(), []) if one.names else []
        try:
            row.outcome, row.reason, row.result_id = _record(one, who, subjects.get(one.activity))
            row.body, row.actor = None, ""
        except Refusal as refusal:
            row.outcome, row.reason, row.body = REFUSED, refusal.message, one.body


def _record(one: Told, who: Sequence[User], subject: Subject | None) -> tuple[str, str, int]:
    """Write the result; raises Refusal with the reason why there can be none."""
    if subject is None:
        raise Refusal("This activity is none of our subjects.")
    if not one.names:
        raise Refusal("It does not name a person by an account or a mail address.")
    if not who:
        raise Refusal("Nobody here has this id, number or address.")
    if len(who) > 1:
        raise Refusal("This id, number or address belongs to several people.")
    enrollment = courses.enrollment_of(who[0], subject.course)
    if enrollment is None:
        raise Refusal("This person is not in the course.")
    result = results.record(enrollment, subject, one.outcome, SOURCE, None, finished_at=one.finished_at)
    db.session.flush()
    stands = (result.passed, result.score) == (one.outcome.passed, one.outcome.score) and result.source == SOURCE
    return (TAKEN, "", result.id) if stands else (LEFT, "A better result stands.", result.id)


def _people(organization_id: int, new: Sequence[Told]) -> dict[str, list[User]]:
    """People by their ids, numbers and addresses, in lower case; one statement."""
    names = {name.lower() for one in new for name in one.names}
    accounts = {name.lower() for one in new if not one.is_mail for name in one.names}
    found: dict[str, list[User]] = {}
    if not names:
        return found
    columns = (User.external_id, User.personnel_number)
    statement = select(User).where(
        User.organization_id == organization_id,
        or_(User.email.in_(names), *(func.lower(column).in_(accounts) for column in columns)),
    )
    for user in db.session.scalars(statement):
        for name in {(value or "").lower() for value in (user.external_id, user.personnel_number, user.email)}:
            if name in accounts or (name in names and name == user.email):
                found.setdefault(name, []).append(user)
    return found


def _subjects(organization_id: int, activities: set[str]) -> dict[str, Subject]:
    rows = db.session.scalars(
        select(LrsActivity)
        .where(LrsActivity.organization_id == organization_id, LrsActivity.activity.in_(activities))
        .options(selectinload(LrsActivity.subject).selectinload(Subject.course))
    )
    return {row.activity: row.subject for row in rows}


def take_again(actor: Any) -> int:
    """Try what was refused once more, after a subject was named or somebody was enrolled; returns how many it took."""
    authorize(actor, "edit", "LrsConnection")
    after, taken = 0, 0
    while True:
        with transaction() as session:
            rows = session.scalars(
                select(LrsStatement)
                .where(LrsStatement.organization_id == actor.organization_id, LrsStatement.outcome == REFUSED)
                .where(LrsStatement.id > after)
                .order_by(LrsStatement.id)
                .limit(AGAIN)
                .with_for_update()
            ).all()
            if not rows:
                return taken
            after = rows[-1].id
            pairs = [(one, row) for row in rows if (one := told(row.body or {})) is not None]
            _settle(actor.organization_id, [one for one, _row in pairs], [row for _one, row in pairs])
            taken += sum(row.outcome != REFUSED for _one, row in pairs)


def refused_page(actor: Any, q: str = "", number: int = 1, size: int = 25) -> Page[LrsStatement]:
    """What could not be taken over, the latest first; two statements."""
    authorize(actor, "view", "LrsConnection")
    statement = select(LrsStatement).where(
        LrsStatement.organization_id == actor.organization_id, LrsStatement.outcome == REFUSED
    )
    if q:
        columns = (LrsStatement.activity, LrsStatement.actor, LrsStatement.statement_id)
        statement = statement.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    return paginate(statement.order_by(LrsStatement.id.desc()), number, size)


def unmapped(actor: Any, most: int = 50) -> list[tuple[str, int]]:
    """Activities that came in and are none of our subjects, with their number of statements; one statement."""
    authorize(actor, "view", "LrsConnection")
    mapped = select(LrsActivity.activity).where(LrsActivity.organization_id == actor.organization_id)
    rows = db.session.execute(
        select(LrsStatement.activity, func.count())
        .where(LrsStatement.organization_id == actor.organization_id, LrsStatement.outcome == REFUSED)
        .where(LrsStatement.activity.not_in(mapped))
        .group_by(LrsStatement.activity)
        .order_by(func.count().desc(), LrsStatement.activity)
        .limit(most)
    )
    return [(activity, number) for activity, number in rows]


def forget_old(before: datetime) -> None:
    """What was refused and is older is no longer kept; in the caller's transaction."""
    db.session.execute(delete(LrsStatement).where(LrsStatement.outcome == REFUSED, LrsStatement.created_at < before))

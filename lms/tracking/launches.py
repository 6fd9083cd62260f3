"""Opening a unit: a token of its own for each time, which says what may be read and reported with it."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from lms.accounts import User
from lms.courses import PUBLISHED
from lms.db import db, transaction, utcnow
from lms.errors import Conflict, NotAllowed
from lms.packages import AU
from lms.policy import authorize
from lms.tracking import cmi5, scorm
from lms.tracking.attempts import open_asset, unit_attempt
from lms.tracking.models import Launch, PackageAttempt, UnitAttempt

LASTS = timedelta(hours=24)
"""How long a token is good; a unit that stays open longer has to be opened again."""


def launch(attempt: PackageAttempt, unit_id: int, actor: User, return_url: Callable[[str], str]) -> tuple[Launch, str]:
    """Open a unit; returns the launch and its token, which is kept nowhere but as a hash.

    `return_url` makes of the token the address to which content goes when it is left.

    An earlier launch of the same unit ends: what it still reports is not taken. Raises NotFound, NotAllowed.
    """
    authorize(actor, "learn", attempt)
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        state = unit_attempt(attempt, unit_id)
        for earlier in session.scalars(
            select(Launch).where(Launch.unit_attempt_id == state.id, Launch.ended_at.is_(None))
        ):
            if state.unit.kind == AU:
                cmi5.abandon(earlier, state)
            earlier.ended_at = utcnow()
        opened = Launch(
            organization_id=attempt.organization_id, unit_attempt_id=state.id, token_hash=hashed(token),
            session=str(uuid4()), seconds_before=state.seconds, expires_at=utcnow() + LASTS,
        )  # fmt: skip
        session.add(opened)
        state.launched_at = utcnow()
        session.flush()
        if state.unit.kind == AU:
            cmi5.prepare(opened, state, return_url(token))
        open_asset(state, actor)
    return opened, token


def hashed(token: str) -> str:
    """What is kept of a token. It is 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_launch(token: str) -> Launch:
    """The launch of this token, with its unit, attempt and package; one statement. Raises NotAllowed."""
    return _found(Launch.token_hash == hashed(token))


def find_by_auth(token: str) -> Launch:
    """The launch whose fetch address gave this token; one statement. Raises NotAllowed."""
    return _found(Launch.auth_hash == hashed(token))


def _found(condition: object) -> Launch:
    found = db.session.scalar(
        select(Launch)
        .where(condition)  # type: ignore[arg-type]
        .options(
            joinedload(Launch.unit_attempt).joinedload(UnitAttempt.unit),
            joinedload(Launch.unit_attempt).joinedload(UnitAttempt.attempt).joinedload(PackageAttempt.package),
        )
    )
    if found is None or found.expires_at < utcnow() or not found.unit_attempt.attempt.user.active:
        raise NotAllowed("This unit is no longer open. Open it again from the course.")
    return found


def give_auth_token(opened: Launch) -> str | None:
    """The token with which content speaks to the xAPI endpoint: once for each launch, then None (cmi5, 8.2)."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        given = session.execute(
            update(Launch)
            .where(Launch.id == opened.id, Launch.auth_hash.is_(None), Launch.ended_at.is_(None))
            .values(auth_hash=hashed(token))
        )
        return token if given.rowcount else None  # type: ignore[attr-defined]


def report(opened: Launch, data: object, *, sequence: int, final: bool) -> None:
    """Take what a SCORM unit commits. Raises Invalid for what is no data model, Conflict when it is too late."""
    if opened.unit_attempt.attempt.enrollment.course.status != PUBLISHED:
        raise Conflict("This course is not open at the moment.")
    with transaction() as session:
        attempt = opened.unit_attempt.attempt
        session.execute(select(PackageAttempt.id).where(PackageAttempt.id == attempt.id).with_for_update())
        session.refresh(opened)
        session.refresh(opened.unit_attempt)
        if opened.ended_at is not None and sequence <= opened.sequence:
            return
        if sequence < opened.sequence:
            return
        latest = session.scalar(
            select(Launch.id)
            .where(Launch.unit_attempt_id == opened.unit_attempt_id)
            .order_by(Launch.id.desc())
            .limit(1)
        )
        if latest != opened.id:
            raise Conflict("This unit was opened again elsewhere, which goes on from there.")
        opened.sequence = sequence
        scorm.take(opened, data, final)
        if final:
            opened.ended_at = utcnow()

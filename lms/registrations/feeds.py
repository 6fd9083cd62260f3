"""The private calendar address of a person, and what is in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts import User
from lms.classroom import Session, sessions_between
from lms.db import db, transaction, utcnow
from lms.errors import NotFound
from lms.events import EventCenter
from lms.registrations.models import PLACED, CalendarFeed, Registration

BACK, AHEAD = timedelta(days=180), timedelta(days=730)
"""How far a feed reaches."""


def feed_of(user: User) -> CalendarFeed | None:
    """The person's feed, if they have made one."""
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.user_id == user.id))


def renew_feed(user: User) -> CalendarFeed:
    """Make the person's private address, or a new one: the old one shows nothing from now on."""
    with transaction() as session:
        old = feed_of(user)
        fresh = CalendarFeed(organization_id=user.organization_id, user_id=user.id, renewed_at=utcnow())
        if old is not None:
            EventCenter.broadcast("deleted", old, user)
            session.delete(old)
            session.flush()
        session.add(fresh)
        EventCenter.broadcast("created", fresh, user)
    return fresh


def followed(token: str) -> tuple[User, Sequence[Session]]:
    """Whose feed this is, and the sessions they attend or give. Raises NotFound for an old or unknown address."""
    feed = db.session.scalar(select(CalendarFeed).where(CalendarFeed.token == token))
    if feed is None or not feed.user.active:
        raise NotFound(_("There is no calendar at this address. Look up the new one on your agenda."))
    now = utcnow()
    return feed.user, agenda(feed.user, now - BACK, now + AHEAD)


def agenda(user: User, since: datetime, until: datetime) -> Sequence[Session]:
    """Sessions the person attends or gives; two statements."""
    mine = select(Registration.event_id).where(Registration.user_id == user.id, Registration.state.in_(PLACED))
    return sessions_between(user.organization_id, since, until, event_ids=mine, instructor_id=user.id)

"""People with certificates, and the subscriber at work on what was broadcast."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from lms import courses
from lms.accounts import User
from lms.certificates import Certificate
from lms.compliance.models import Holding, Qualification
from lms.courses import Enrollment
from lms.db import db, snapshot, transaction
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from tests import factories


def certify() -> None:
    """Let the subscriber deal with all that was broadcast so far."""
    subscriber = EventCenter.subscribers["certificates"]
    deliver(subscriber, list(db.session.scalars(select(Change.id).order_by(Change.id))))
    db.session.expire_all()


@pytest.fixture
def certificate(author: User, learner: User) -> Certificate:
    """The learner's, for a completed course."""
    return complete(author, learner)


def complete(author: User, learner: User, title: str = "Fire safety") -> Certificate:
    """The certificate of a course that `learner` has just completed."""
    course = factories.open_course(author, subjects=1, title=title)
    [enrollment] = courses.enroll(course, [learner.id], author)
    courses.complete(enrollment, learner)
    certify()
    return of(enrollment)


def of(source: Enrollment | Holding) -> Certificate:
    """The certificate that was issued for it."""
    return db.session.scalars(
        select(Certificate).where(
            Certificate.source_type == type(source).__name__, Certificate.source_id == source.id
        )
    ).one()


@pytest.fixture
def qualification(admin: User) -> Qualification:
    """One that is valid for a year."""
    row = Qualification(
        organization_id=admin.organization_id, title="Basic life support", counting="completion", period="1 years"
    )
    with transaction() as session:
        session.add(row)
        EventCenter.broadcast("created", row, admin)
    return row


@pytest.fixture
def hold(qualification: Qualification, learner: User) -> Callable[..., Holding]:
    """Makes a holding of the learner, with the days given."""

    def make(achieved_on: date, valid_until: date | None, **columns: object) -> Holding:
        row = Holding(
            organization_id=learner.organization_id, user_id=learner.id, qualification_id=qualification.id,
            source="evidence", source_id=achieved_on.toordinal(), achieved_on=achieved_on,
            rule=qualification.rule.plain(), valid_from=achieved_on, valid_until=valid_until,
            base_on=valid_until or achieved_on, counted="completion",
        )  # fmt: skip
        with transaction() as session:
            session.add(row)
            EventCenter.broadcast("created", row, None)
            if columns:
                previous = snapshot(row)
                for name, value in columns.items():
                    setattr(row, name, value)
                EventCenter.broadcast("updated", previous, row, None)
        return row

    return make


def change(row: Holding, **columns: object) -> None:
    """Change a holding as compliance does, and let the subscriber hear of it."""
    with transaction():
        previous = snapshot(row)
        for name, value in columns.items():
            setattr(row, name, value)
        EventCenter.broadcast("updated", previous, row, None)
    certify()

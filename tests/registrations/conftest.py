"""An event with few places, and people to fill it."""

from datetime import timedelta

import pytest
from flask_mail import Message

from lms import accounts, classroom
from lms.accounts import DepartmentAttrs
from lms.classroom import Event, EventAttrs
from lms.db import db, utcnow
from lms.notifications import Mail, rendered
from tests import factories


def plan(author, days: float = 7, hours: float = 2, title: str = "Fire drill", **attrs) -> Event:
    starts_at = utcnow() + timedelta(days=days)
    return classroom.create_event(
        EventAttrs(title=title, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), **attrs), author
    )


def composed(letter: Mail, app) -> Message:
    """The mail as it would be sent."""
    return rendered(letter, app.config)


def begin(event: Event, hours_ago: float = 3) -> Event:
    """Let time pass, until the event began that many hours ago."""
    for session in event.sessions:
        session.starts_at = utcnow() - timedelta(hours=hours_ago)
        session.ends_at = session.starts_at + timedelta(hours=2)
    event.starts_at, event.ends_at = event.sessions[0].starts_at, event.sessions[-1].ends_at
    db.session.commit()
    return event


@pytest.fixture
def event(author) -> Event:
    """Two places, next week."""
    return plan(author, capacity=2)


@pytest.fixture
def people(organization):
    return [factories.user(organization, f"Person {letter}") for letter in "ABCDEF"]


@pytest.fixture
def manager(organization, admin, people):
    """Of a department; A is in it, B in a department below it, the others elsewhere."""
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    ward = accounts.create_department(DepartmentAttrs(name="Ward 1", parent_id=care.id), admin)
    boss = factories.user(organization, "Mo Manager", "manager")
    boss.department_id, people[0].department_id, people[1].department_id = care.id, care.id, ward.id
    db.session.commit()
    return boss

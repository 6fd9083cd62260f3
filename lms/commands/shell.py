"""What a developer finds in `flask --app lms shell`."""

from typing import Any

from sqlalchemy import select

from lms import (
    accounts,
    activities,
    audits,
    classroom,
    content,
    courses,
    deliveries,
    notifications,
    questions,
    registrations,
    results,
)
from lms.accounts import User
from lms.db import db, snapshot, transaction
from lms.events import EventCenter, assert_received, eventually

class_registry = User.registry
CONTEXTS = (
    accounts, activities, audits, classroom, content, courses, deliveries, notifications, questions,
    registrations, results,
)  # fmt: skip


def at_hand() -> dict[str, Any]:
    """The contexts, the models, EventCenter, and as `admin` and `learner` the first people with these roles."""
    people = list(db.session.scalars(select(User).order_by(User.id).limit(50)))
    return {
        **{mapper.class_.__name__: mapper.class_ for mapper in class_registry.mappers},
        **{context.__name__.removeprefix("lms."): context for context in CONTEXTS},
        "EventCenter": EventCenter,
        "assert_received": assert_received,
        "eventually": eventually,
        "snapshot": snapshot,
        "transaction": transaction,
        "admin": next((user for user in people if user.has_role("admin")), None),
        "learner": next((user for user in people if user.has_role("learner")), None),
    }

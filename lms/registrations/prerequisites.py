"""What somebody must have before an event: a course completed; other parts of the product add kinds of their own."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select

from lms.classroom import Event
from lms.courses import DRAFT, Course, Enrollment
from lms.db import db


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One kind of thing to have: what can be chosen, how each is called, and who has it on a day."""

    label: LazyString
    options: Callable[[int], Sequence[tuple[int, str]]]
    """By organization: (id, title) of what a planner can choose."""
    holders: Callable[[int, Collection[int], datetime], set[int]]
    """Those of the people (ids) who have it (its id) at that moment."""


def _courses(organization_id: int) -> list[tuple[int, str]]:
    statement = (
        select(Course.id, Course.title)
        .where(Course.organization_id == organization_id, Course.status != DRAFT)
        .order_by(Course.title, Course.id)
    )
    return [(id, title) for id, title in db.session.execute(statement)]


def _completed(course_id: int, user_ids: Collection[int], moment: datetime) -> set[int]:
    return set(
        db.session.scalars(
            select(Enrollment.user_id).where(
                Enrollment.course_id == course_id, Enrollment.user_id.in_(user_ids),
                Enrollment.completed_at.is_not(None),
            )
        )
    )  # fmt: skip


PREREQUISITES: dict[str, Prerequisite] = {
    "course": Prerequisite(lazy_gettext("Completed the course"), _courses, _completed),
}
"""By kind, the word before the colon in `Event.prerequisites`."""


def choices(organization_id: int) -> list[tuple[str, str]]:
    """Everything a planner can ask for, as ("course:12", "Completed the course Fire safety"); a statement per kind."""
    return [
        (f"{kind}:{id}", f"{words.label} {title}")
        for kind, words in PREREQUISITES.items()
        for id, title in words.options(organization_id)
    ]


def asked_for(event: Event) -> list[str]:
    """What the event asks for, in words; no statement where it asks for nothing."""
    if not event.prerequisites:
        return []
    labels = dict(choices(event.organization_id))
    return [labels.get(key, _("Something that is no longer here")) for key in event.prerequisites]


def missing(event: Event, user_ids: Collection[int]) -> dict[int, list[str]]:
    """Per person what they lack on the day the event starts; people who lack nothing are left out."""
    lacking: dict[int, list[str]] = {}
    labels = asked_for(event)
    for key, label in zip(event.prerequisites, labels, strict=True):
        kind, _sep, id = key.partition(":")
        if kind not in PREREQUISITES:
            continue
        holders = PREREQUISITES[kind].holders(int(id), user_ids, event.starts_at)
        for user_id in set(user_ids) - holders:
            lacking.setdefault(user_id, []).append(label)
    return lacking

"""Which of our subjects the activities of a learning record store are."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from lms.attrs import Attrs
from lms.courses import ARCHIVED, Course, Subject
from lms.db import db, find, transaction
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.lrs.models import LrsActivity
from lms.paging import Page, paginate
from lms.policy import authorize

IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")


def _is_iri(text: str) -> str:
    if not IRI.match(text):
        raise ValueError("An activity's id looks like an address, such as https://vr.example/fire-drill.")
    return text


class ActivityAttrs(Attrs):
    """An activity's id and our subject."""

    activity: Annotated[str, StringConstraints(max_length=500), AfterValidator(_is_iri)]
    subject_id: int


def map_activity(attrs: ActivityAttrs, actor: Any) -> LrsActivity:
    """From now on passing this activity counts as passing this subject; what was refused can be tried again."""
    authorize(actor, "edit", "LrsConnection")
    try:
        subject = find(Subject, attrs.subject_id, actor.organization_id)
    except NotFound:
        raise Invalid("subject_id", "Choose one from the list.") from None
    with transaction() as session:
        mine = LrsActivity.organization_id == actor.organization_id
        if session.scalar(select(LrsActivity.id).where(mine, LrsActivity.activity == attrs.activity)):
            raise Invalid("activity", "This activity has a subject already. Remove that first.")
        row = LrsActivity(organization_id=actor.organization_id, activity=attrs.activity, subject_id=subject.id)
        session.add(row)
        EventCenter.broadcast("created", row, actor)
    return row


def unmap_activity(id: int, actor: Any) -> None:
    """This activity is no longer ours; results that came from it stay."""
    authorize(actor, "edit", "LrsConnection")
    row = find(LrsActivity, id, actor.organization_id)
    with transaction() as session:
        EventCenter.broadcast("deleted", row, actor)
        session.delete(row)


def activities(actor: Any, q: str = "", number: int = 1, size: int = 25) -> Page[LrsActivity]:
    """Activities with their subjects and courses; two statements."""
    authorize(actor, "view", "LrsConnection")
    statement = (
        select(LrsActivity)
        .join(LrsActivity.subject)
        .join(Subject.course)
        .where(LrsActivity.organization_id == actor.organization_id)
        .options(contains_eager(LrsActivity.subject).contains_eager(Subject.course))
        .order_by(LrsActivity.activity)
    )
    if q:
        found = LrsActivity.activity.icontains(q, autoescape=True) | Course.title.icontains(q, autoescape=True)
        statement = statement.where(found)
    return paginate(statement, number, size)


def subjects_to_choose(actor: Any) -> list[tuple[int, str]]:
    """Subjects of courses that are not archived, as id and words; one statement."""
    authorize(actor, "edit", "LrsConnection")
    rows = db.session.execute(
        select(Subject.id, Course.title, Subject.title)
        .join(Course, Course.id == Subject.course_id)
        .where(Course.organization_id == actor.organization_id, Course.status != ARCHIVED)
        .order_by(Course.title, Subject.position, Subject.id)
    )
    return [(id, f"{course} – {subject}") for id, course, subject in rows]

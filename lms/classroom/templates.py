"""Templates: what events of one kind have in common, kept under a name."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts import User
from lms.classroom.models import Event, EventTemplate
from lms.db import db, snapshot, transaction
from lms.errors import Invalid
from lms.events import EventCenter
from lms.policy import authorize

KEPT = ("title", "location", "description", "timezone", "capacity", "minimum", "cost_centre", "approval", "part_passes",
        "prerequisites")  # fmt: skip


def save_template(event: Event, title: str, actor: User) -> EventTemplate:
    """Keep what `event` is like, without its date and people, as `title`; a template of that name is replaced."""
    authorize(actor, "edit", event)
    title = title.strip()
    if not 1 <= len(title) <= 200:
        raise Invalid("title", _("Fill this in."))
    minutes = int((event.ends_at - event.starts_at).total_seconds() // 60)
    values: dict[str, Any] = {name: getattr(event, name) for name in KEPT} | {"minutes": minutes}
    with transaction() as session:
        template = session.scalar(
            select(EventTemplate).where(
                EventTemplate.organization_id == event.organization_id, EventTemplate.title == title
            )
        )
        if template is None:
            template = EventTemplate(organization_id=event.organization_id, title=title, values=values)
            session.add(template)
            EventCenter.broadcast("created", template, actor)
        else:
            previous = snapshot(template)
            template.values = values
            EventCenter.broadcast("updated", previous, template, actor)
    return template


def delete_template(template: EventTemplate, actor: User) -> None:
    """Remove a template; events made from it stay."""
    authorize(actor, "edit", template)
    with transaction() as session:
        EventCenter.broadcast("deleted", template, actor)
        session.delete(template)


def templates(organization_id: int) -> list[EventTemplate]:
    """Every template, by title; one statement."""
    return list(
        db.session.scalars(
            select(EventTemplate)
            .where(EventTemplate.organization_id == organization_id)
            .order_by(EventTemplate.title, EventTemplate.id)
        )
    )

"""Making and changing classroom events."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, StringConstraints, model_validator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts import User
from lms.attrs import Attrs, Html, Name
from lms.classroom.models import Event
from lms.db import snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize


class EventAttrs(Attrs):
    """What, when (with time zone), where."""

    title: Name
    location: Annotated[str, StringConstraints(max_length=200)] = ""
    description: Html = ""
    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise Invalid("ends_at", "The end must be after the start.")
        if self.ends_at - self.starts_at > timedelta(days=366):
            raise Invalid("ends_at", "An event lasts a year at most.")
        return self


def create_event(attrs: EventAttrs, actor: User) -> Event:
    """A new event; inside a larger transaction it is committed with the rest of it."""
    authorize(actor, "edit", "Event")
    event = Event(organization_id=actor.organization_id, **attrs.model_dump())
    with transaction() as session:
        session.add(event)
        EventCenter.broadcast("created", event, actor)
    return event


def update_event(event: Event, attrs: EventAttrs, actor: User) -> Event:
    """Change what, when or where; those enrolled hear of it."""
    authorize(actor, "edit", event)
    with transaction():
        previous = snapshot(event)
        for name, value in attrs.model_dump().items():
            setattr(event, name, value)
        EventCenter.broadcast("updated", previous, event, actor)
    return event


def delete_event(event: Event, actor: User) -> None:
    """Remove an event; raises Conflict while a subject points to it."""
    authorize(actor, "edit", event)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", event, actor)
            session.delete(event)
    except IntegrityError:
        raise Conflict("A course uses this event. Take it out of the course first.") from None


SORTS = {"title": Event.title, "starts": Event.starts_at, "location": Event.location}


def events_page(
    organization_id: int, q: str = "", sort: str = "starts", number: int = 1, size: int = 25, *, when: str = ""
) -> Page[Event]:
    """Events by title or place; `when` is upcoming, past or empty for all. Two statements."""
    statement = select(Event).where(Event.organization_id == organization_id)
    if q:
        statement = statement.where(
            Event.title.icontains(q, autoescape=True) | Event.location.icontains(q, autoescape=True)
        )
    if when:
        statement = statement.where(Event.ends_at >= utcnow() if when == "upcoming" else Event.ends_at < utcnow())
    column = SORTS.get(sort.lstrip("-"), Event.starts_at)
    return paginate(statement.order_by(column.desc() if sort.startswith("-") else column, Event.id), number, size)

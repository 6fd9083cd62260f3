"""Files of an event: a map of the site, a form to bring along. Copies of an event share them."""

from collections.abc import Sequence
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms import media
from lms.accounts import User
from lms.classroom.models import Event, EventFile
from lms.db import db, transaction
from lms.events import EventCenter
from lms.policy import authorize

LARGEST = 15 * 1024 * 1024
"""Bytes."""


def attach(event: Event, stream: BinaryIO, name: str, actor: User) -> EventFile:
    """Keep a file with the event, of any kind, 15 MB at most. Raises Invalid for `file` if it is empty or too large."""
    authorize(actor, "edit", event)
    with transaction():
        file = media.store(stream, name, actor, purpose="event", kinds=media.ANYTHING, largest=LARGEST)
        return link(event, file.id, file.name, actor)


def link(event: Event, file_id: int, title: str, actor: User) -> EventFile:
    """Keep a file there is with the event; in the caller's transaction."""
    row = EventFile(organization_id=event.organization_id, event_id=event.id, file_id=file_id, title=title)
    db.session.add(row)
    EventCenter.broadcast("created", row, actor)
    return row


def detach(row: EventFile, actor: User) -> None:
    """Take a file away; it is deleted with the last event that has it."""
    authorize(actor, "edit", row.event)
    with transaction() as session:
        file = row.file
        others = session.scalar(
            select(EventFile.id).where(EventFile.file_id == file.id, EventFile.id != row.id).limit(1)
        )
        EventCenter.broadcast("deleted", row, actor)
        session.delete(row)
        session.flush()
        if others is None:
            media.delete_file(file, actor)


def attachments(event: Event) -> Sequence[EventFile]:
    """The event's files by name; one statement."""
    return db.session.scalars(
        select(EventFile)
        .where(EventFile.event_id == event.id)
        .options(joinedload(EventFile.file))
        .order_by(EventFile.title, EventFile.id)
    ).all()

"""Rooms: the list, making, changing and removing them."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts import User
from lms.classroom.attrs import RoomAttrs
from lms.classroom.models import Room
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.paging import Page, paginate
from lms.policy import authorize


def create_room(attrs: RoomAttrs, actor: User) -> Room:
    """A new room; raises Invalid if there is one of that name at that site."""
    authorize(actor, "edit", "Room")
    room = Room(organization_id=actor.organization_id, **attrs.model_dump())
    with transaction() as session:
        _refuse_double(room, attrs)
        session.add(room)
        EventCenter.broadcast("created", room, actor)
    return room


def update_room(room: Room, attrs: RoomAttrs, actor: User) -> Room:
    """Rename a room, change its seats, or take it out of use: what is planned there stays."""
    authorize(actor, "edit", room)
    with transaction():
        _refuse_double(room, attrs)
        previous = snapshot(room)
        for name, value in attrs.model_dump().items():
            setattr(room, name, value)
        EventCenter.broadcast("updated", previous, room, actor)
    return room


def delete_room(room: Room, actor: User) -> None:
    """Remove a room; raises Conflict once a session was planned there."""
    authorize(actor, "edit", room)
    try:
        with transaction() as session:
            EventCenter.broadcast("deleted", room, actor)
            session.delete(room)
    except IntegrityError:
        raise Conflict(_("Sessions are or were in this room. Take it out of use instead.")) from None


def _refuse_double(room: Room, attrs: RoomAttrs) -> None:
    with db.session.no_autoflush:
        taken = db.session.scalar(
            select(Room.id).where(
                Room.organization_id == room.organization_id, Room.site == attrs.site, Room.name == attrs.name,
                Room.id != (room.id or 0),
            )
        )  # fmt: skip
    if taken:
        raise Invalid("name", _("There is a room of this name at this site already."))


SORTS = {"name": Room.name, "site": Room.site, "capacity": Room.capacity}


def rooms_page(organization_id: int, q: str = "", sort: str = "site", number: int = 1, size: int = 25) -> Page[Room]:
    """Rooms by name or site; two statements."""
    statement = select(Room).where(Room.organization_id == organization_id)
    if q:
        statement = statement.where(Room.name.icontains(q, autoescape=True) | Room.site.icontains(q, autoescape=True))
    column = SORTS.get(sort.lstrip("-"), Room.site)
    order = (column.desc() if sort.startswith("-") else column, Room.site, Room.name, Room.id)
    return paginate(statement.order_by(*order), number, size)


def rooms(organization_id: int) -> list[Room]:
    """Every room in use, by site and name; one statement."""
    return list(
        db.session.scalars(
            select(Room).where(Room.organization_id == organization_id, Room.active).order_by(Room.site, Room.name)
        )
    )

"""The inbox."""

from sqlalchemy import func, select, update

from lms.accounts import User
from lms.db import db, find, transaction, utcnow
from lms.errors import NotFound
from lms.notifications.models import Notification
from lms.paging import Page, paginate


def inbox_page(user: User, number: int = 1, size: int = 25, *, only_unread: bool = False) -> Page[Notification]:
    """The person's notes, newest first; two statements."""
    statement = select(Notification).where(Notification.user_id == user.id)
    if only_unread:
        statement = statement.where(Notification.read_at.is_(None))
    return paginate(statement.order_by(Notification.change_id.desc()), number, size)


def unread_count(user: User) -> int:
    """How many notes are unread; one statement."""
    statement = select(func.count()).where(Notification.user_id == user.id, Notification.read_at.is_(None))
    return db.session.scalar(statement) or 0


def open_note(id: int, user: User) -> Notification:
    """The note, read from now on; raises NotFound for somebody else's."""
    note = find(Notification, id, user.organization_id)
    if note.user_id != user.id:
        raise NotFound("There is no such notification, or it was deleted.")
    with transaction():
        note.read_at = note.read_at or utcnow()
    return note


def read_all(user: User) -> None:
    """Mark everything as read."""
    with transaction() as session:
        session.execute(
            update(Notification)
            .where(Notification.user_id == user.id, Notification.read_at.is_(None))
            .values(read_at=utcnow())
        )

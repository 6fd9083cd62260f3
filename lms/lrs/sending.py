"""Results out: changes of results as statements, each organization's to its own store."""

import time
from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import select

from lms.accounts import User
from lms.courses import Course, Subject
from lms.db import db, transaction, utcnow
from lms.events import Change, Unavailable
from lms.lrs.models import LrsConnection
from lms.lrs.statements import is_told, statement_of
from lms.lrs.store import Refused, Store

REST = 10.0
"""Seconds for which a store that failed is left alone."""


class Mixed(Exception):
    """Changes of several organizations, and not every store takes its own: they are to be tried apart."""


class Down:
    """Stores that failed a moment ago: by connection, until when, and with which words."""

    until: ClassVar[dict[int, tuple[float, str]]] = {}


def send(changes: Sequence[Change]) -> None:
    """Send what is news of these changes; four statements for any number, and one more per store.

    Raises Unavailable when the store does not answer and Refused when it does not take something. Where others'
    changes are among them those are sent first, and Mixed is raised: it is nobody else's trouble.
    """
    news = [change for change in changes if is_told(change)]
    if not news:
        return
    connections = _connections({change.organization_id for change in news})
    news = [change for change in news if change.organization_id in connections]
    if not news:
        return
    users = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(_ids(news, "user_id"))))}
    titles = _titles(news)
    to_send: dict[int, list[dict[str, Any]]] = {connection.id: [] for connection in connections.values()}
    for change in news:
        user, connection = users.get(change.state["user_id"]), connections[change.organization_id]
        # Who was removed since, or whose subject was, is not told about any more.
        if user is not None and change.state["subject_id"] in titles:
            words, language = titles[change.state["subject_id"]], user.organization.locale
            to_send[connection.id].append(statement_of(change, user, words, connection.actor, language))
    problems: list[Exception] = []
    for connection in connections.values():
        try:
            _send(connection, to_send[connection.id])
        except (Unavailable, Refused) as error:
            problems.append(error)
    if problems:
        raise problems[0] if len(connections) == 1 else Mixed("; ".join(map(str, problems)))


def _send(connection: LrsConnection, statements: list[dict[str, Any]]) -> None:
    id = connection.id
    until, words = Down.until.get(id, (0.0, ""))
    if time.monotonic() < until:
        raise Unavailable(words)
    try:
        if statements:
            Store(connection).send(statements)
    except Unavailable as error:
        Down.until[id] = (time.monotonic() + REST, str(error))
        _note(id, str(error))
        raise
    except Refused as error:
        _note(id, str(error))
        raise
    _note(id, "")


def _note(id: int, error: str) -> None:
    """What became of it, for the page."""
    with transaction() as session:
        row = session.get(LrsConnection, id, with_for_update=True)
        if row is not None and error:
            row.send_error, row.send_failed_at = error, utcnow()
        elif row is not None:
            row.send_error, row.sent_at = "", utcnow()


def _connections(organization_ids: set[int]) -> dict[int, LrsConnection]:
    rows = db.session.scalars(
        select(LrsConnection).where(LrsConnection.organization_id.in_(organization_ids), LrsConnection.sends)
    ).all()
    return {row.organization_id: row for row in rows}


def _ids(changes: Sequence[Change], name: str) -> set[int]:
    return {change.state[name] for change in changes}


def _titles(changes: Sequence[Change]) -> dict[int, tuple[str, str]]:
    """Titles of course and subject, by the subject's id."""
    rows = db.session.execute(
        select(Subject.id, Course.title, Subject.title)
        .join(Course, Course.id == Subject.course_id)
        .where(Subject.id.in_(_ids(changes, "subject_id")))
    )
    return {id: (course, subject) for id, course, subject in rows}

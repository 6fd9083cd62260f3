"""Connecting an organization with its learning record store, and trying whether it works."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import select

from lms.attrs import Attrs
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid
from lms.events import EventCenter, Unavailable
from lms.lrs.addresses import problem_with
from lms.lrs.models import LrsConnection
from lms.lrs.settings import locked
from lms.lrs.store import Store
from lms.policy import authorize


def _callable(url: str) -> str:
    url = url.rstrip("/").removesuffix("/statements").rstrip("/")
    if problem := problem_with(url):
        raise ValueError(problem)
    return url


class ConnectionAttrs(Attrs):
    """What an administrator fills in; a blank secret leaves the one there is."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_callable)]
    username: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    secret: Annotated[str, StringConstraints(max_length=500)] = ""
    sends: bool = False
    reads: bool = False
    actor: Literal["account", "mbox"] = "account"


def connection_of(actor: Any) -> LrsConnection | None:
    """The organization's connection, if there is one; one statement."""
    authorize(actor, "view", "LrsConnection")
    return db.session.scalar(select(LrsConnection).where(LrsConnection.organization_id == actor.organization_id))


def save_connection(attrs: ConnectionAttrs, actor: Any) -> LrsConnection:
    """Connect, or change the connection. Another store is read from its first statement on.

    Raises Invalid when there is no secret yet, or the address is another one: a secret is told to one store only.
    """
    authorize(actor, "edit", "LrsConnection")
    with transaction() as session:
        row = session.scalar(
            select(LrsConnection).where(LrsConnection.organization_id == actor.organization_id).with_for_update()
        )
        is_other = row is None or row.endpoint != attrs.endpoint
        if is_other and not attrs.secret:
            raise Invalid("secret", "Fill in the secret that belongs to this address.")
        previous = snapshot(row) if row is not None else None
        if row is None:
            row = LrsConnection(organization_id=actor.organization_id)
            session.add(row)
        for name, value in attrs.model_dump(exclude={"secret"}).items():
            setattr(row, name, value)
        if attrs.secret:
            row.secret = locked(attrs.secret)
        if is_other:
            row.read_until, row.more = None, ""
        row.send_error = row.read_error = ""
        if previous is None:
            EventCenter.broadcast("created", row, actor)
        else:
            EventCenter.broadcast("updated", previous, row, actor)
    return row


def try_connection(actor: Any) -> str:
    """Ask the store for one statement; returns what is wrong, empty when it answers as it should."""
    authorize(actor, "edit", "LrsConnection")
    row = connection_of(actor)
    if row is None:
        raise Conflict("Save the connection first.")
    try:
        Store(row).read(None, "", limit=1)
    except Unavailable as error:
        return str(error)
    return ""

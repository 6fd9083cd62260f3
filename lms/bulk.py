"""Many rows at once, each broadcast: one statement for the rows, one for their changes.

For context functions that deal with hundreds of objects; one object is `EventCenter.broadcast`'s.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from lms.db import insert_rows, on_commit, plain, utcnow
from lms.events import Actor, Change, EventCenter, Heard
from lms.origin import current_origin

State = dict[str, Any]


def create_rows(model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]], actor: Actor | None) -> list[int]:
    """Insert `rows` and broadcast that each was created; returns their ids in order. In the caller's transaction.

    A row without a value for a column gets the column's default, as an object would.
    """
    if not rows:
        return []
    table, columns = model.__table__, inspect(model).columns
    defaults: dict[str, Any] = {column.key: column.default for column in columns if column.default is not None}
    blank = {column.key: None for column in columns if column.key != "id" and column.default is None}
    complete = [
        {**blank, **{key: _made(default) for key, default in defaults.items() if key not in row}, **row} for row in rows
    ]
    ids = insert_rows(table, complete)
    names = _told(model)
    states = [
        {name: id if name == "id" else plain(row.get(name)) for name in names}
        for id, row in zip(ids, complete, strict=True)
    ]
    broadcast_rows("created", model, [(None, state) for state in states], actor)
    return ids


def _made(default: Any) -> Any:
    return default.arg(None) if default.is_callable else default.arg


def broadcast_rows(
    action: str,
    model: type[DeclarativeBase],
    states: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]],
    actor: Actor | None,
) -> None:
    """Tell every subscriber of many changes of one kind: `states` are before and after, in values that JSON knows."""
    if not states:
        return
    origin, now = current_origin(), utcnow()
    rows = [
        {
            "organization_id": state["organization_id"],
            "action": action,
            "object_type": model.__name__,
            "object_id": state["id"],
            "before": before,
            "after": after,
            "actor_id": actor.id if actor is not None else None,
            "request_id": origin.request_id,
            "address": origin.address,
            "via": origin.via,
            "created_at": now,
            "due_at": now + EventCenter.relay_after,
        }
        for before, after in states
        if (state := after if after is not None else before) is not None
    ]
    ids = insert_rows(Change.__table__, rows)
    heard = [
        Heard(action, row["object_type"], row["object_id"], row["actor_id"], id, row["before"], row["after"])
        for id, row in zip(ids, rows, strict=True)
    ]
    on_commit(lambda: EventCenter.told(ids, heard))


def _told(model: type[DeclarativeBase]) -> list[str]:
    """The columns that a snapshot of the model has."""
    attributes = inspect(model).mapper.column_attrs
    return [attribute.key for attribute in attributes if not attribute.columns[0].info.get("secret")]

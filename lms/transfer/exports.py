"""Files that go out: made by a worker, announced, kept for a week."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import structlog
from sqlalchemy import or_, select

from lms import broker
from lms.accounts import User
from lms.attrs import Attrs
from lms.db import db, find, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotFound, Refusal
from lms.events import EventCenter
from lms.keys import KeyActor, actor_by_id, may_use
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.resources import RESOURCES
from lms.transfer import store
from lms.transfer.models import DONE, FAILED, RUNNING, WAITING, Export, ExportSchedule
from lms.transfer.oneroster.writing import write_zip
from lms.transfer.writing import FORMATS, ONEROSTER, exported, stream, write

__all__ = ["FORMATS", "exported", "stream"]

log = structlog.get_logger(__name__)

TASK = "lms.transfers"
KEPT = timedelta(days=7)
CLAIM = timedelta(minutes=30)
"""For so long one worker may write a file before another takes it to be killed."""

Format = Literal["csv", "xlsx", "jsonl"]


class ExportAttrs(Attrs):
    """What to export, and how."""

    kind: str
    format: Format = "csv"


def check_export(attrs: ExportAttrs, actor: Any) -> None:
    """Raise NotAllowed or Invalid where the actor may not have this file."""
    authorize(actor, "edit", "Export")
    if attrs.kind not in RESOURCES:
        raise Invalid("kind", "Choose one from the list.")
    exported(attrs.kind, actor)
    if isinstance(actor, KeyActor) and not may_use(actor.scopes, f"{RESOURCES[attrs.kind].scope}:read"):
        raise Invalid("kind", f"This key is not made for {RESOURCES[attrs.kind].scope}:read.")


def create_export(attrs: ExportAttrs, actor: Any, *, schedule: ExportSchedule | None = None) -> Export:
    """Have a worker make a file; whoever asked is told when it is there."""
    check_export(attrs, actor)
    export = Export(
        organization_id=actor.organization_id, kind=attrs.kind, format=attrs.format, actor_id=actor.id,
        title=f"{attrs.kind}-{utcnow():%Y-%m-%d}.{attrs.format}", schedule_id=schedule.id if schedule else None,
    )  # fmt: skip
    with transaction() as session:
        session.add(export)
        EventCenter.broadcast("created", export, actor)
        on_commit(lambda: broker.wake(TASK))
    return export


def find_export(id: int, actor: Any) -> Export:
    """The export; raises NotFound for another organization's."""
    authorize(actor, "view", "Export")
    return find(Export, id, actor.organization_id)


def file_of(export: Export, actor: Any) -> Path:
    """Where its file lies; raises Conflict while there is none, NotFound when it is no longer kept."""
    if export.kind != ONEROSTER:
        exported(export.kind, actor)
    if export.state != DONE:
        raise Conflict("This export is not ready yet.")
    path = store.path_of(export.path) if export.path else None
    if path is None or not path.exists():
        raise NotFound("This file was kept for a week and is gone. Export it again.")
    return path


def exports_page(actor: Any, number: int = 1, size: int = 25) -> Page[Export]:
    """Exports, newest first; two statements."""
    authorize(actor, "view", "Export")
    statement = select(Export).where(Export.organization_id == actor.organization_id)
    return paginate(statement.order_by(Export.id.desc()), number, size)


def make_waiting() -> None:
    """Make the files that are asked for, one after the other."""
    while (id := _claim()) is not None:
        export = db.session.get_one(Export, id)
        try:
            _make(export)
        except Refusal as error:
            db.session.rollback()
            _settle(id, FAILED, problem=error.message)


def _claim() -> int | None:
    now = utcnow()
    with transaction() as session:
        export = session.scalars(
            select(Export)
            .where(Export.state == RUNNING, or_(Export.claimed_until.is_(None), Export.claimed_until < now))
            .order_by(Export.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if export is None:
            return None
        export.claimed_until = now + CLAIM
    return export.id


def _make(export: Export) -> None:
    actor = _actor_of(export)
    id, schedule_id = export.id, export.schedule_id
    key = f"{export.organization_id}/export-{id}.{export.format}"
    path = store.path_of(key)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if export.kind == ONEROSTER:
        rows = write_zip(actor, path)
    else:
        rows = write(exported(export.kind, actor), export.format, actor, path)
    values: dict[str, Any] = {"delivery": WAITING, "try_at": utcnow()} if schedule_id is not None else {}
    _settle(id, DONE, path=key, rows=rows, size=path.stat().st_size, **values)


def _actor_of(export: Export) -> Any:
    if export.actor_id is not None and export.actor_id > 0:
        actor: Any = db.session.get(User, export.actor_id)
        actor = actor if actor is not None and actor.active else None
    else:
        scopes = ["exchange:write", f"{RESOURCES[export.kind].scope}:read", f"{RESOURCES[export.kind].scope}:write"]
        actor = actor_by_id(-(export.actor_id or 0), scopes)
    if actor is None:
        raise NotFound("Who asked for this export is no longer here.")
    return actor


def _settle(id: int, state: str, **values: Any) -> None:
    with transaction() as session:
        export = session.get_one(Export, id, with_for_update=True)
        previous = snapshot(export)
        export.state, export.finished_at = state, utcnow()
        for name, value in values.items():
            setattr(export, name, value)
        EventCenter.broadcast("updated", previous, export, None)
    log.info("export finished", export=id, state=state)


def remove_old() -> int:
    """Forget files that are older than a week; returns how many."""
    old = db.session.scalars(select(Export).where(Export.finished_at < utcnow() - KEPT, Export.path != "")).all()
    with transaction():
        for export in old:
            store.remove(export.path)
            export.path = ""
    return len(old)

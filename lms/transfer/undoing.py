"""Taking an import back, last row first, as far as nothing was built on it since."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, select, update
from sqlalchemy import delete as sql_delete

from lms.accounts import Department
from lms.bulk import broadcast_rows
from lms.courses import Enrollment
from lms.db import UtcDateTime, db, plain, snapshot, transaction, utcnow
from lms.events import EventCenter
from lms.origin import QUIET, Origin, working_for
from lms.results import Result
from lms.transfer.kinds import KINDS
from lms.transfer.models import CHANGED, CREATED, UNDOING, UNDONE, Import, ImportRow
from lms.transfer.running import Pace, actor_of

NOT_BUILT = {"notifications", "mails", "notification_preferences"}
"""Tables whose rows go with the person: nobody built anything."""
STAYS = "Stays: something was built on it since."
CHANGED_SINCE = "Stays: it was changed since."


def run(job_id: int, pace: Pace) -> bool:
    """Undo for a while; whether something is left to do."""
    until = time.monotonic() + pace.seconds
    job = db.session.get(Import, job_id)
    if job is None or job.state != UNDOING:
        return False
    with working_for(Origin(job.request_id, None, QUIET)):
        while time.monotonic() < until:
            if not _chunk(job_id, pace.rows):
                return False
    return True


def _chunk(job_id: int, size: int) -> bool:
    """Up to a thousand rows in one transaction; whether there may be more. Of departments one: each after its parts."""
    with transaction() as session:
        job = session.scalars(
            select(Import).where(Import.id == job_id).with_for_update().execution_options(populate_existing=True)
        ).one()
        if job.state != UNDOING:
            return False
        rows = session.scalars(
            select(ImportRow)
            .where(ImportRow.import_id == job_id, ImportRow.outcome.in_((CREATED, CHANGED)), ImportRow.message == "")
            .order_by(ImportRow.number.desc())
            .limit(1 if KINDS[job.kind].model is Department else size)
        ).all()
        actor, model = actor_of(job), KINDS[job.kind].model
        if rows:
            _restore([row for row in rows if row.outcome == CHANGED], model, job, actor)
            _take_back([row for row in rows if row.outcome == CREATED], model, job, actor)
            job.position += len(rows)
        else:
            previous = snapshot(job)
            job.state, job.finished_at = UNDONE, utcnow()
            EventCenter.broadcast("updated", previous, job, actor)
    return bool(rows)


def _objects(rows: Sequence[ImportRow], model: Any) -> dict[int, Any]:
    ids = [row.object_id for row in rows]
    return {one.id: one for one in db.session.scalars(select(model).where(model.id.in_(ids)))} if ids else {}


def _was_changed(one: Any, job: Import) -> bool:
    return job.finished_at is not None and one.updated_at > job.finished_at


def _restore(rows: Sequence[ImportRow], model: Any, job: Import, actor: Any) -> None:
    objects = _objects(rows, model)
    for row in rows:
        one = objects.get(row.object_id or 0)
        if one is None or _was_changed(one, job):
            row.message = CHANGED_SINCE
            continue
        previous = snapshot(one)
        for name, value in (row.before or {}).items():
            if name not in ("id", "organization_id", "created_at", "updated_at"):
                setattr(one, name, _typed(getattr(model, name).type, value))
        EventCenter.broadcast("updated", previous, one, actor)
        row.message = "Undone."


def _typed(kind: Any, value: Any) -> Any:
    """What JSON kept of a moment or a day, as the moment or the day."""
    if value is None:
        return None
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if isinstance(kind, UtcDateTime) else value


def _take_back(rows: Sequence[ImportRow], model: Any, job: Import, actor: Any) -> None:
    objects = _objects(rows, model)
    built = _built_on(model, list(objects)) | KINDS[job.kind].built_on(list(objects.values()))
    going = []
    for row in rows:
        one = objects.get(row.object_id or 0)
        if one is None:
            row.message = "Gone already."
        elif one.id in built or getattr(one, "password", None) is not None:
            row.message = STAYS
        elif _was_changed(one, job):
            row.message = CHANGED_SINCE
        else:
            row.message = "Undone."
            going.append(one)
    if not going:
        return
    states = [(dict(snapshot(one).values), None) for one in going]
    enrollment_ids = {one.enrollment_id for one in going} if model is Result else set()
    db.session.flush()
    db.session.execute(sql_delete(model).where(model.id.in_([one.id for one in going])))
    broadcast_rows("deleted", model, states, actor)
    _reopen(enrollment_ids, actor)


def _built_on(model: Any, ids: Sequence[int]) -> set[int]:
    """Those that a row of any other table, or of the same one, refers to; a statement for each such table."""
    found: set[int] = set()
    for table in db.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table is model.__table__ and table.name not in NOT_BUILT and ids:
                found |= set(db.session.scalars(select(key.parent).where(key.parent.in_(ids)).distinct()))
    return found


def _reopen(enrollment_ids: set[int], actor: Any) -> None:
    """Those completed by results that are gone are completed no longer."""
    if not enrollment_ids:
        return
    columns = list(Enrollment.__table__.columns)
    rows = db.session.execute(
        select(*columns).where(Enrollment.id.in_(enrollment_ids), Enrollment.completed_at.is_not(None))
    ).all()
    if not rows:
        return
    now = utcnow()
    db.session.execute(update(Enrollment), [{"id": row.id, "completed_at": None, "updated_at": now} for row in rows])
    states = [
        (before, {**before, "completed_at": None, "updated_at": plain(now)})
        for row in rows
        for before in [{name: plain(value) for name, value in row._mapping.items()}]
    ]
    broadcast_rows("updated", Enrollment, states, actor)

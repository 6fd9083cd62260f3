"""Putting files of schedules where they go: tried again for a day when the far end is down, whatever happens here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from lms import broker
from lms.accounts import Organization
from lms.db import db, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict
from lms.events import EventCenter
from lms.policy import authorize
from lms.transfer import destinations, store
from lms.transfer.destinations import LOCK, Down, NotTaken, Place
from lms.transfer.exports import TASK
from lms.transfer.models import SENT, UNSENT, WAITING, Export, ExportSchedule

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=30)
"""For so long one worker may send a file before another takes it to be killed."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""After the first attempts; then always the last one."""
GIVEN_UP = timedelta(days=1)
"""After the file was made."""


def send_waiting(config: Mapping[str, Any]) -> None:
    """Send the files whose time has come, one after the other."""
    while (id := _claim()) is not None:
        try:
            _send(id, config)
        except Down as error:
            db.session.rollback()
            _postpone(id, str(error))
        except NotTaken as error:
            db.session.rollback()
            _settle(id, UNSENT, str(error))
        else:
            _settle(id, SENT, "")


def send_again(export: Export, actor: Any) -> None:
    """Try once more what was given up; raises Conflict where there is nothing to send."""
    authorize(actor, "edit", export)
    with transaction() as session:
        session.refresh(export, with_for_update=True)
        if export.delivery != UNSENT or export.schedule_id is None or not export.path:
            raise Conflict("There is nothing to send any more.")
        previous = snapshot(export)
        export.delivery, export.delivery_problem, export.tries, export.try_at = WAITING, "", 0, utcnow()
        EventCenter.broadcast("updated", previous, export, actor)
        on_commit(lambda: broker.wake(TASK))


def _claim() -> int | None:
    """A file to be sent now; the attempt is counted before it is made, so one that ends the process counts too."""
    now = utcnow()
    with transaction() as session:
        export = session.scalars(
            select(Export)
            .where(Export.delivery == WAITING, Export.try_at <= now)
            .order_by(Export.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if export is None:
            return None
        export.try_at, export.tries = now + CLAIM, export.tries + 1
    return export.id


def _send(id: int, config: Mapping[str, Any]) -> None:
    export = db.session.get_one(Export, id)
    schedule = db.session.get(ExportSchedule, export.schedule_id or 0)
    if schedule is None:
        raise NotTaken("The schedule was removed.")
    path = store.path_of(export.path) if export.path else None
    if path is None or not path.exists():
        raise NotTaken("The file is no longer kept.")
    place, title = _place_of(schedule, config), export.title
    # Nothing of the database is held while the far end takes its time.
    db.session.rollback()
    destinations.put(path, title, place, config)


def _place_of(schedule: ExportSchedule, config: Mapping[str, Any]) -> Place:
    secret = LOCK.unlock(schedule.secret, config["SECRET_KEY"]) if schedule.secret else ""
    if secret is None:
        raise NotTaken("SECRET_KEY was changed, so the password can no longer be read. Make the schedule again.")
    slug = db.session.get_one(Organization, schedule.organization_id).slug
    return Place(
        schedule.destination, slug, schedule.bucket, schedule.folder, schedule.host, schedule.port,
        schedule.username, schedule.host_key, secret,
    )  # fmt: skip


def _postpone(id: int, problem: str) -> None:
    with transaction() as session:
        export = session.get_one(Export, id, with_for_update=True)
        now = utcnow()
        given_up = export.finished_at is not None and now - export.finished_at > GIVEN_UP
        if not given_up:
            export.delivery_problem = problem
            export.try_at = now + PAUSES[min(export.tries, len(PAUSES)) - 1]
    log.warning("export not sent", export=id, problem=problem)
    if given_up:
        _settle(id, UNSENT, problem)


def _settle(id: int, outcome: str, problem: str) -> None:
    with transaction() as session:
        export = session.get_one(Export, id, with_for_update=True)
        previous = snapshot(export)
        export.delivery, export.delivery_problem, export.try_at = outcome, problem, None
        EventCenter.broadcast("updated", previous, export, None)
    log.info("export sent" if outcome == SENT else "export given up", export=id, problem=problem)

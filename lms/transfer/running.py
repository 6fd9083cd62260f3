"""Carrying an import out: chunk by chunk, each with its place in the file in one transaction.

Whoever is killed in between, the next worker goes on at the row where that one was, and each row is dealt with once.
"""

import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete, select

from lms import keys
from lms.accounts import Organization, User
from lms.db import copy_rows, db, snapshot, transaction, utcnow
from lms.errors import Refusal
from lms.events import EventCenter
from lms.origin import ALOUD, QUIET, Origin, working_for
from lms.transfer.kinds import KINDS, Kind, Line, Run
from lms.transfer.models import (
    CHECKED,
    CHECKING,
    DONE,
    FAILED,
    OUTCOMES,
    RUNNING,
    Import,
    ImportRow,
)
from lms.transfer.reading import Row, Source, Unusable, reopened
from lms.transfer.reading.limits import MOST_ROWS
from lms.transfer.store import held, path_of

log = structlog.get_logger(__name__)



@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done at once."""

    rows: int = 1000
    """In one transaction."""
    seconds: float = 60
    """After which a worker puts an import back in line, so that others get their turn. A check is done in one go: to
    begin again it would have to read everything again."""


def source_of(job: Import) -> Source:
    """The file of an import."""
    return reopened(path_of(job.path), job.format, job.encoding, job.delimiter, job.sheet)


def run(job_id: int, pace: Pace) -> bool:
    """Check or carry out an import for a while; whether something is left to do.

    Ends quietly when somebody else works on it: the chunk that counts is the one that commits.
    """
    job = db.session.get(Import, job_id)
    if job is None or job.state not in (CHECKING, RUNNING):
        return False
    state, position, request_id, door = job.state, job.position, job.request_id, ALOUD if job.tell else QUIET
    with working_for(Origin(request_id, None, door)):
        try:
            with held(job.path) as is_ours:
                return is_ours and _go_on(job, state, position, pace)
        except FileNotFoundError:
            _fail(job_id, "The file is no longer where it was kept. Upload it again.")
        except Refusal as error:
            _fail(job_id, error.message)
        return False


def _go_on(job: Import, state: str, position: int, pace: Pace) -> bool:
    kind, until = KINDS[job.kind], time.monotonic() + pace.seconds
    one = Run(job.organization_id, _zone(job), actor_of(job), state == CHECKING, memory={"tell": job.tell})
    rows = source_of(job).rows()
    if position:
        if state == CHECKING:
            for chunk in _chunks(itertools.islice(rows, position), pace.rows):
                kind.deal([line_of(kind, row, job.columns, one.zone) for row in chunk], one)
            db.session.rollback()
        else:
            for _row in itertools.islice(rows, position):
                pass
            touched: Any = select(ImportRow.object_id, ImportRow.number).where(
                ImportRow.import_id == job.id, ImportRow.object_id.is_not(None)
            )
            one.seen.update(kind.recall(touched))
    columns, job_id = job.columns, job.id
    for chunk in _chunks(rows, pace.rows):
        lines = [line_of(kind, row, columns, one.zone) for row in chunk]
        if not _deal(job_id, state, position, lines, kind, one):
            return False
        position += len(chunk)
        if position > MOST_ROWS:
            raise Unusable(f"This file has more than {MOST_ROWS:,} rows. Split it.")
        if state == RUNNING and time.monotonic() > until:
            return True
    _finish(job_id, state, position)
    return False


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    numbered = iter(rows)
    while chunk := list(itertools.islice(numbered, size)):
        yield chunk


def _zone(job: Import) -> ZoneInfo:
    return ZoneInfo(db.session.get_one(Organization, job.organization_id).timezone)


def actor_of(job: Import) -> User | keys.KeyActor:
    """Who started it; raises Refusal when they may no longer work here."""
    if job.actor_id is not None and job.actor_id > 0:
        user = db.session.get(User, job.actor_id)
        if user is not None and user.active and user.organization_id == job.organization_id:
            return user
    elif job.actor_id is not None:
        actor = keys.actor_by_id(-job.actor_id, job.scopes or [])
        if actor is not None:
            return actor
    raise Unusable("Who started this import is no longer here. Start it again yourself.")


def line_of(kind: Kind, row: Row, columns: dict[str, str], zone: ZoneInfo) -> Line:
    """A row by our columns; refused with the column and the reason where a cell cannot be read."""
    line, problems = Line(row.number, {}), []
    for heading, message in row.problems.items():
        if not heading or heading in columns:
            problems.append(
                f"“{heading}” {message}" if heading else f"The row {message}" if message[:4] != "Line" else message
            )
    for heading, name in columns.items():
        cell = row.cells.get(heading, "")
        if cell == "" or heading in row.problems:
            continue
        column = kind.by_name[name]
        try:
            line.values[name] = column.read(cell, zone) if column.zoned else column.read(cell)
        except ValueError as error:
            problems.append(f"“{heading}” {error}: {str(cell)[:60]}")
    if not problems:
        problems += [f"“{heading}” is empty" for heading, name in columns.items()
                     if kind.by_name[name].required and name not in line.values]  # fmt: skip
    if problems:
        line.refuse("; ".join(problems) + ".")
    return line


def _deal(job_id: int, state: str, position: int, lines: list[Line], kind: Kind, one: Run) -> bool:
    """One chunk, with its place, in one transaction; whether it was ours to do."""
    with transaction() as session:
        job = session.scalars(
            select(Import).where(Import.id == job_id).with_for_update().execution_options(populate_existing=True)
        ).one()
        if (job.state, job.position) != (state, position):
            return False
        kind.deal([line for line in lines if not line.outcome], one)
        for outcome in OUTCOMES:
            number = sum(line.outcome == outcome for line in lines)
            setattr(job, outcome, getattr(job, outcome) + number)
        job.position = position + len(lines)
        job.total = max(job.total, job.position)
        copy_rows(
            ImportRow.__table__,
            [
                {
                    "import_id": job_id,
                    "number": line.number,
                    "outcome": line.outcome,
                    "object_id": line.object_id,
                    "before": line.before,
                    "message": line.message,
                }
                for line in lines
            ],
        )
    return True


def _finish(job_id: int, state: str, position: int) -> None:
    with transaction() as session:
        job = session.scalars(select(Import).where(Import.id == job_id).with_for_update()).one()
        if (job.state, job.position) != (state, position):
            return
        previous = snapshot(job)
        job.state, job.total, job.finished_at = (CHECKED if state == CHECKING else DONE), position, utcnow()
        if state == RUNNING:
            EventCenter.broadcast("updated", previous, job, None)
    log.info("import finished", job=job_id, state=state, rows=position)


def _fail(job_id: int, message: str) -> None:
    """Note why the file cannot be read any further; what was done before stays done, and can be undone."""
    db.session.rollback()
    with transaction() as session:
        job = session.get_one(Import, job_id, with_for_update=True)
        job.state, job.problem, job.finished_at = FAILED, message, utcnow()
    log.warning("import failed", job=job_id, problem=message)


def begin_again(job: Import, state: str) -> None:
    """Set an import to its first row, in the caller's transaction."""
    db.session.execute(delete(ImportRow).where(ImportRow.import_id == job.id))
    job.state, job.position, job.problem, job.finished_at = state, 0, "", None
    job.created = job.changed = job.left = job.refused = 0

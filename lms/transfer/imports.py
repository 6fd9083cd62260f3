"""Files that come in: uploaded, matched, checked, carried out, stopped, resumed, undone."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from lms import broker
from lms.db import db, find, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.keys import KeyActor, may_use
from lms.origin import Origin, current_origin, working_for
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.transfer import store
from lms.transfer.kinds import KINDS, Kind
from lms.transfer.matching import match, remember, what_is_missing
from lms.transfer.models import (
    CHECKED,
    CHECKING,
    DONE,
    FAILED,
    REFUSED,
    RUNNING,
    STOPPED,
    UNDOING,
    UPLOADED,
    Import,
    ImportRow,
)
from lms.transfer.reading import Unusable, recognized, reopened
from lms.transfer.running import begin_again, source_of
from lms.transfer.spreadsheet import safe

TASK = "lms.transfers"


def kind_for(name: str, actor: Any) -> Kind:
    """The kind, if the actor may import it; a key needs the scope of what is in the file, too."""
    authorize(actor, "edit", "Import")
    if name not in KINDS:
        raise Invalid("kind", f"Choose one of {', '.join(KINDS)}.")
    kind = KINDS[name]
    if isinstance(actor, KeyActor) and not may_use(actor.scopes, f"{kind.scope}:write"):
        raise Invalid("kind", f"This key is not made for {kind.scope}:write.")
    return kind


def upload(kind_name: str, file_name: str, pieces: Iterable[bytes], actor: Any, limit: int) -> Import:
    """Keep a file and recognize it; its columns are matched as last time, or by their headings.

    Raises Invalid for what is no CSV, XLSX or JSON Lines file, with a sentence that says why.
    """
    kind = kind_for(kind_name, actor)
    key = store.save(pieces, actor.organization_id, limit)
    try:
        source = recognized(store.path_of(key))
    except Unusable:
        store.remove(key)
        raise
    job = Import(
        organization_id=actor.organization_id, kind=kind.name, title=(file_name or kind.name)[-200:],
        path=key, format=source.format, encoding=source.encoding, delimiter=source.delimiter, sheet=source.sheet,
        sheets=source.sheets, headings=source.headings, columns=match(kind, source.headings, actor.organization_id),
        request_id=uuid4().hex, actor_id=actor.id,
        scopes=sorted(actor.scopes) if isinstance(actor, KeyActor) else None,
    )  # fmt: skip
    with transaction() as session:
        session.add(job)
    return job


def choose_sheet(job: Import, sheet: str, actor: Any) -> None:
    """Take another sheet of the workbook."""
    authorize(actor, "edit", job)
    _expect(job, UPLOADED, CHECKED, FAILED)
    source = reopened(store.path_of(job.path), job.format, job.encoding, job.delimiter, sheet)
    with transaction():
        job.sheet, job.headings = source.sheet, source.headings
        job.columns = match(KINDS[job.kind], source.headings, job.organization_id)
        job.state = UPLOADED


def check(job: Import, columns: Mapping[str, str] | None, actor: Any) -> None:
    """Have a worker say, row by row, what would become of the file; `columns` are remembered for the next one.

    Raises Invalid when the columns do not say what is needed, or one of ours is given to two headings.
    """
    authorize(actor, "edit", job)
    _expect(job, UPLOADED, CHECKED, FAILED)
    kind = KINDS[job.kind]
    chosen = dict(job.columns) if columns is None else {
        heading: columns[heading] for heading in job.headings if columns.get(heading)
    }  # fmt: skip
    if unknown := set(chosen.values()) - set(kind.by_name):
        raise Invalid("columns", f"There is no column {', '.join(sorted(unknown))}.")
    if len(set(chosen.values())) < len(chosen):
        raise Invalid("columns", "Two columns of the file are given to the same column here.")
    if problem := what_is_missing(kind, chosen):
        raise Invalid("columns", problem)
    with transaction():
        job.columns = chosen
        remember(kind, job.headings, chosen, job.organization_id)
        begin_again(job, CHECKING)
        on_commit(wake)


def start(job: Import, actor: Any, *, tell: bool = False) -> None:
    """Carry it out; `tell` sends those concerned their mails. From here on it is in the trail, as one entry."""
    kind_for(job.kind, actor)
    authorize(actor, "edit", job)
    _expect(job, CHECKED)
    with transaction() as session:
        session.refresh(job, with_for_update=True)
        _expect(job, CHECKED)
        begin_again(job, RUNNING)
        job.tell, job.started_at, job.actor_id = tell, utcnow(), actor.id
        job.scopes = sorted(actor.scopes) if isinstance(actor, KeyActor) else None
        with working_for(_origin_of(job)):
            EventCenter.broadcast("created", job, actor)
        on_commit(wake)


def _origin_of(job: Import) -> Origin:
    """The door of whoever asks, under the import's own request id, so that the trail ties all of it together."""
    here = current_origin()
    return Origin(job.request_id, here.address, here.via)


def stop(job: Import, actor: Any) -> None:
    """Stop after the chunk at hand; what was done stays, and it can be resumed or undone."""
    authorize(actor, "edit", job)
    with transaction() as session:
        session.refresh(job, with_for_update=True)
        _expect(job, CHECKING, RUNNING)
        job.state = STOPPED if job.state == RUNNING else UPLOADED


def resume(job: Import, actor: Any) -> None:
    """Go on at the row where it was stopped."""
    authorize(actor, "edit", job)
    _expect(job, STOPPED)
    with transaction():
        job.state = RUNNING
        on_commit(wake)


def undo(job: Import, actor: Any) -> None:
    """Take everything back that nothing was built on since."""
    authorize(actor, "edit", job)
    with transaction() as session:
        session.refresh(job, with_for_update=True)
        _expect(job, DONE, STOPPED, FAILED)
        if job.started_at is None:
            raise Conflict("Nothing of this import was carried out, so there is nothing to undo.")
        previous = snapshot(job)
        job.state, job.position, job.actor_id = UNDOING, 0, actor.id
        job.scopes = sorted(actor.scopes) if isinstance(actor, KeyActor) else None
        with working_for(_origin_of(job)):
            EventCenter.broadcast("updated", previous, job, actor)
        on_commit(wake)


def remove(job: Import, actor: Any) -> None:
    """Forget a file that was never carried out."""
    authorize(actor, "edit", job)
    if job.started_at is not None:
        raise Conflict("This import was carried out, so it stays on record. You can undo it.")
    with transaction() as session:
        session.delete(job)
        path = job.path
        on_commit(lambda: store.remove(path))


def _expect(job: Import, *states: str) -> None:
    if job.state not in states:
        raise Conflict("The import has gone on meanwhile. Reload the page.")


def wake() -> None:
    """Have a worker begin soon."""
    broker.wake(TASK)


def find_import(id: int, actor: Any) -> Import:
    """The import; raises NotFound for another organization's."""
    authorize(actor, "view", "Import")
    return find(Import, id, actor.organization_id)


def imports_page(actor: Any, q: str = "", number: int = 1, size: int = 25, *, kind: str = "") -> Page[Import]:
    """Imports, newest first; two statements."""
    authorize(actor, "view", "Import")
    statement = select(Import).where(Import.organization_id == actor.organization_id)
    if q:
        statement = statement.where(Import.title.icontains(q, autoescape=True))
    if kind:
        statement = statement.where(Import.kind == kind)
    return paginate(statement.order_by(Import.id.desc()), number, size)


def rows_page(job: Import, number: int = 1, size: int = 25, *, outcome: str = "") -> Page[ImportRow]:
    """What became, or would become, of each row; two statements."""
    statement = select(ImportRow).where(ImportRow.import_id == job.id)
    if outcome:
        statement = statement.where(ImportRow.outcome == outcome)
    return paginate(statement.order_by(ImportRow.number), number, size)


def faulty(job: Import) -> Iterator[str]:
    """The rows that were refused, as they stand in the file, with a column that says why: CSV, to be corrected."""
    refused = dict(
        db.session.execute(
            select(ImportRow.number, ImportRow.message).where(
                ImportRow.import_id == job.id, ImportRow.outcome == REFUSED
            )
        ).all()
    )
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=job.delimiter or ",")
    writer.writerow([*map(safe, job.headings), "problem"])
    yield "\ufeff"
    for row in source_of(job).rows() if refused else ():
        if row.number in refused:
            cells = [str(row.cells.get(heading, "")) for heading in job.headings]
            writer.writerow([*map(safe, cells), refused[row.number]])
        if buffer.tell() > 16_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()

"""A zip of OneRoster from its upload to the last of its imports, step by step, whoever is killed in between."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms import broker
from lms.accounts import Organization, User
from lms.db import db, find, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict, Refusal
from lms.events import EventCenter
from lms.origin import QUIET, Origin, working_for
from lms.paging import Page, paginate
from lms.policy import authorize
from lms.transfer import imports, store
from lms.transfer.models import CHECKED, CHECKING, DONE, FAILED, RUNNING, UPLOADED, Export, Import
from lms.transfer.oneroster.converting import COLUMNS, ORDER, Conversion
from lms.transfer.oneroster.models import RosterImport
from lms.transfer.oneroster.reading import Roster
from lms.transfer.oneroster.subjects import give_subjects
from lms.transfer.reading import Unusable
from lms.transfer.reading.limits import LARGEST_UNPACKED
from lms.transfer.writing import ONEROSTER


def create_roster_export(actor: User) -> Export:
    """Have a worker write a zip of people, courses and results; whoever asked is told when it is there."""
    authorize(actor, "edit", "Export")
    export = Export(
        organization_id=actor.organization_id, kind=ONEROSTER, format="zip", actor_id=actor.id,
        title=f"oneroster-{utcnow():%Y-%m-%d}.zip",
    )  # fmt: skip
    with transaction() as session:
        session.add(export)
        EventCenter.broadcast("created", export, actor)
        on_commit(lambda: broker.wake(imports.TASK))
    return export


def upload_roster(name: str, pieces: Iterable[bytes], pass_mark: int, actor: User, limit: int) -> RosterImport:
    """Keep a zip; a worker reads it. Raises Invalid for what is no OneRoster 1.2, with a sentence that says why."""
    for kind in ORDER:
        imports.kind_for(kind, actor)
    key = store.save(pieces, actor.organization_id, limit)
    try:
        with Roster(store.path_of(key)):
            pass
    except Refusal:
        store.remove(key)
        raise
    row = RosterImport(
        organization_id=actor.organization_id, title=(name or "oneroster.zip")[-200:], path=key, pass_mark=pass_mark,
        request_id=uuid4().hex, actor_id=actor.id,
    )  # fmt: skip
    with transaction() as session:
        session.add(row)
        on_commit(imports.wake)
    return row


def find_roster(id: int, actor: Any) -> RosterImport:
    """The zip; raises NotFound for another organization's."""
    authorize(actor, "view", "Import")
    return find(RosterImport, id, actor.organization_id)


def rosters_page(actor: Any, number: int = 1, size: int = 25) -> Page[RosterImport]:
    """Zips, newest first; two statements."""
    authorize(actor, "view", "Import")
    statement = select(RosterImport).where(RosterImport.organization_id == actor.organization_id)
    return paginate(statement.order_by(RosterImport.id.desc()), number, size)


def imports_of(row: RosterImport) -> dict[str, Import]:
    """Its imports by kind, in their order; one statement."""
    found = {job.kind: job for job in db.session.scalars(select(Import).where(Import.id.in_(row.imports.values())))}
    return {kind: found[kind] for kind in ORDER if kind in found}


def start_roster(row: RosterImport, actor: User) -> None:
    """Carry it out: departments, people, courses, enrollments, results, each after the one before."""
    authorize(actor, "edit", "Import")
    with transaction() as session:
        session.refresh(row, with_for_update=True)
        if row.state != CHECKED:
            raise Conflict("The import has gone on meanwhile. Reload the page.")
        previous = snapshot(row)
        row.state, row.started_at, row.actor_id = RUNNING, utcnow(), actor.id
        with working_for(Origin(row.request_id, None, "web")):
            EventCenter.broadcast("updated", previous, row, actor)
        on_commit(imports.wake)


def work() -> bool:
    """Bring every zip a step further; whether something is left to do."""
    ids = db.session.scalars(
        select(RosterImport.id).where(RosterImport.state.in_((CHECKING, RUNNING))).order_by(RosterImport.id)
    ).all()
    db.session.rollback()
    left = [_step(id) for id in ids]
    return any(left)


def _step(id: int) -> bool:
    row = db.session.get_one(RosterImport, id)
    with working_for(Origin(row.request_id, None, QUIET)):
        try:
            with store.held(row.path) as is_ours:
                if not is_ours:
                    return False
                db.session.refresh(row)
                return _read(row) if row.state == CHECKING else row.state == RUNNING and _go_on(row)
        except FileNotFoundError:
            _end(id, FAILED, "The file is no longer where it was kept. Upload it again.")
        except Refusal as error:
            db.session.rollback()
            _end(id, FAILED, error.message)
    return False


def _actor_of(row: RosterImport) -> User:
    actor = db.session.get(User, row.actor_id or 0)
    if actor is None or not actor.active:
        raise Unusable("Who started this import is no longer here. Start it again yourself.")
    return actor


def _zone(row: RosterImport) -> ZoneInfo:
    return ZoneInfo(db.session.get_one(Organization, row.organization_id).timezone)


def _read(row: RosterImport) -> bool:
    """Make files for our imports out of it; nothing is done with them yet."""
    actor, made, numbers = _actor_of(row), {}, {}
    with Roster(store.path_of(row.path)) as roster:
        conversion = Conversion(roster, _zone(row), row.pass_mark)
        for kind in ORDER:
            number = 0

            def counted(kind: str = kind) -> Iterable[bytes]:
                nonlocal number
                for piece in conversion.csv(kind):
                    number += piece.count(b"\n")
                    yield piece

            job = imports.upload(kind, f"{row.title[:150]}: {kind}.csv", counted(), actor, LARGEST_UNPACKED)
            made[kind], numbers[kind] = job.id, number - 1
    with transaction():
        row.imports, row.rows, row.state = made, numbers, CHECKED
        row.skipped, row.skipped_number = conversion.skipped.first, conversion.skipped.number
    return False


def _go_on(row: RosterImport) -> bool:
    """Begin the next import when the one before is over."""
    actor, jobs = _actor_of(row), imports_of(row)
    for kind in ORDER:
        job = jobs.get(kind)
        if job is None:
            raise Unusable(f"The import of {kind} was removed.")
        if job.state == UPLOADED:
            if kind == "enrollments":
                with Roster(store.path_of(row.path)) as roster:
                    titles = Conversion(roster, _zone(row), row.pass_mark).line_items()
                give_subjects(titles, actor)
            imports.check(job, {name: name for name in COLUMNS[kind]}, actor)
            return True
        if job.state == CHECKED and (job.created or job.changed):
            imports.start(job, actor)
            return True
        if job.is_at_work:
            return True
        if job.state not in (CHECKED, DONE):
            raise Unusable(f"The import of {kind} did not end: {job.problem or job.state}.")
    _end(row.id, DONE)
    return False


def _end(id: int, state: str, problem: str = "") -> None:
    with transaction() as session:
        row = session.get_one(RosterImport, id, with_for_update=True)
        previous = snapshot(row)
        row.state, row.problem, row.finished_at = state, problem, utcnow()
        if row.started_at is not None:
            EventCenter.broadcast("updated", previous, row, None)

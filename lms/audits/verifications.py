"""Verifications as jobs: asked for by somebody or by the day, done by a worker, kept with what they found."""

import time
from datetime import timedelta

import structlog
from sqlalchemy import delete, exists, or_, select

from lms import broker
from lms.accounts import Organization, User
from lms.audits.chain import DONE, RUNNING, WAITING, AuditSeal, AuditStamp, AuditVerification
from lms.audits.verifying import Report, verify
from lms.db import db, on_commit, transaction, utcnow
from lms.errors import Conflict
from lms.events import EventCenter
from lms.policy import authorize

log = structlog.get_logger(__name__)

TASK = "lms.audits.verify"
SILENT = timedelta(minutes=5)
"""One that has not told how far it is for so long was killed, and is begun again."""
TELL_EVERY = 1.0
"""Seconds between two words of how far it is."""
KEPT = timedelta(days=400)


def ask(actor: User) -> AuditVerification:
    """Have the organization's chain verified soon; raises Conflict while one is waiting or at it."""
    authorize(actor, "verify", "Audit")
    with transaction():
        db.session.execute(select(Organization.id).where(Organization.id == actor.organization_id).with_for_update())
        if _is_open(actor.organization_id):
            raise Conflict("The chain is being verified already.")
        row = _asked(actor.organization_id, actor)
    return row


def latest(organization_id: int) -> AuditVerification | None:
    """The last one asked for; one statement."""
    mine = select(AuditVerification).where(AuditVerification.organization_id == organization_id)
    return db.session.scalar(mine.order_by(AuditVerification.id.desc()).limit(1))


def ask_daily() -> int:
    """One for every organization with audits whose last one is a day old; returns how many. Old ones are forgotten."""
    day_ago, asked = utcnow() - timedelta(hours=23), 0
    recent = exists().where(
        AuditVerification.organization_id == Organization.id, AuditVerification.created_at > day_ago
    )
    has_audits = or_(
        exists().where(AuditSeal.organization_id == Organization.id),
        exists().where(AuditStamp.organization_id == Organization.id),
    )
    for organization_id in db.session.scalars(select(Organization.id).where(~recent, has_audits)).all():
        with transaction():
            _asked(organization_id, None)
            asked += 1
    with transaction() as session:
        session.execute(delete(AuditVerification).where(AuditVerification.created_at < utcnow() - KEPT))
    return asked


def run() -> int:
    """Do what is asked for, one after the other; returns how many. Several may run at once, and may be killed."""
    done = 0
    while (id := _claim()) is not None:
        _run(id)
        done += 1
    return done


def _asked(organization_id: int, actor: User | None) -> AuditVerification:
    row = AuditVerification(organization_id=organization_id, actor_id=actor.id if actor else None, problems=[])
    db.session.add(row)
    if actor is not None:
        EventCenter.broadcast("created", row, actor)
    on_commit(lambda: broker.wake(TASK))
    return row


def _is_open(organization_id: int) -> bool:
    mine = (AuditVerification.organization_id == organization_id, AuditVerification.state != DONE)
    return bool(db.session.scalar(select(exists().where(*mine))))


def _claim() -> int | None:
    """The next one, now ours."""
    silent = (AuditVerification.state == RUNNING) & (AuditVerification.updated_at < utcnow() - SILENT)
    with transaction() as session:
        row = session.scalar(
            select(AuditVerification)
            .where((AuditVerification.state == WAITING) | silent)
            .order_by(AuditVerification.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.state, row.checked, row.updated_at = RUNNING, 0, utcnow()
        return row.id


def _run(id: int) -> None:
    told = 0.0

    def tell(report: Report) -> None:
        nonlocal told
        if time.monotonic() - told < TELL_EVERY:
            return
        told = time.monotonic()
        with transaction() as session:
            row = session.get_one(AuditVerification, id)
            row.checked, row.total, row.updated_at = report.checked, report.total, utcnow()

    report = verify(db.session.get_one(AuditVerification, id).organization_id, progress=tell)
    with transaction() as session:
        row = session.get_one(AuditVerification, id)
        row.state, row.finished_at = DONE, utcnow()
        row.checked, row.total, row.seconds = report.checked, report.total, report.seconds
        row.problem_count, row.problems = report.problem_count, [problem.as_dict for problem in report.problems]
    if report.problem_count:
        log.error("the audit chain does not verify", organization=report.organization_id, problems=report.problem_count)

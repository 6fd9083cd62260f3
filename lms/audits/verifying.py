"""Verifying: the chain is walked from its beginning to its signed end, every digest worked out anew."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from lms.audits import problems as kinds
from lms.audits import strays
from lms.audits.canonical import entry_digest, link
from lms.audits.chain import AuditChain, AuditSeal
from lms.audits.heads import Head
from lms.audits.models import Audit
from lms.audits.problems import MOST, Problem
from lms.audits.rows import COLUMNS, AnyRow, Values, digest_of, values_of
from lms.audits.sealing import chain_of
from lms.audits.signing import is_ours
from lms.audits.suspects import Suspect, explained
from lms.db import db

CHUNK = 2000
"""Entries read by one statement, and in memory at once."""

SEAL = [AuditSeal.__table__.columns[name] for name in (
    "number", "change_id", "sealed_at", "salt", "digest", "hash", "details", "erasure",
)]  # fmt: skip


@dataclass(slots=True)
class Report:
    """What came of a verification."""

    organization_id: int
    number: int = 0
    """The last entry of the signed chain."""
    total: int = 0
    """Entries that are to be checked."""
    checked: int = 0
    seconds: float = 0.0
    problems: list[Problem] = field(default_factory=list)
    """The first of them."""
    problem_count: int = 0

    @property
    def per_second(self) -> int:
        """Entries checked in a second."""
        return round(self.checked / self.seconds) if self.seconds else 0

    def add(self, problem: Problem) -> None:
        """Note a problem."""
        self.problem_count += 1
        if len(self.problems) < MOST:
            self.problems.append(problem)


def verify(
    organization_id: int, heads: Sequence[Head] = (), progress: Callable[[Report], None] = lambda report: None
) -> Report:
    """Compare the chain with the audits, and with heads that were exported earlier.

    Memory does not grow with the length of the chain. `progress` is called after every chunk. Sealing and retention
    may go on meanwhile. Finds nothing that was done before an audit was written, and not that a whole database was
    replaced by an older state of itself: only `heads` show that.
    """
    began = time.perf_counter()
    chain = chain_of(organization_id)
    report = Report(organization_id)
    if chain is not None:
        report.number, report.total = chain.number, chain.number - chain.removed_number
    if chain is None:
        if _last_number(organization_id):
            report.add(Problem(kinds.NO_CHAIN))
    elif not chain.is_ours:
        report.add(Problem(kinds.FORGED_CHAIN))
    walk = _Walk(report, chain, heads)
    for rows in _chunks(organization_id, walk.start, report.number):
        for row in rows:
            walk.step(row)
        report.checked += len(rows)
        report.seconds = time.perf_counter() - began
        progress(report)
    walk.end()
    # First the last entry, then the end that has to cover it: sealing may go on between the two.
    last = _last_number(organization_id)
    now = chain_of(organization_id)
    if last > (now.number if now else 0):
        report.add(Problem(kinds.BEYOND, number=(now.number if now else 0) + 1, other=last))
    for problem in strays.found(organization_id, now):
        report.add(problem)
    report.problems.sort(key=_order)
    report.seconds = time.perf_counter() - began
    return report


def _order(problem: Problem) -> tuple[bool, bool, int]:
    """What is wrong with the end first, then by entry, then what is in no entry."""
    is_of_end = problem.kind in (kinds.NO_CHAIN, kinds.FORGED_CHAIN)
    return not is_of_end, problem.number is None, problem.number or 0


def _last_number(organization_id: int) -> int:
    mine = AuditSeal.organization_id == organization_id
    return db.session.scalar(select(func.max(AuditSeal.number)).where(mine)) or 0


def _chunks(organization_id: int, after: int, until: int) -> Iterator[Sequence[AnyRow]]:
    statement = select(*SEAL, *COLUMNS).outerjoin_from(AuditSeal, Audit, Audit.change_id == AuditSeal.change_id)
    while True:
        mine = (AuditSeal.organization_id == organization_id, AuditSeal.number > after, AuditSeal.number <= until)
        rows = db.session.execute(statement.where(*mine).order_by(AuditSeal.number).limit(CHUNK)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].number


def covers(row: AnyRow, audit: Values) -> bool:
    """Whether an entry, read with `SEAL`, is for this audit, or for what lawfully stands in its place."""
    if row.erasure is None:
        return row.salt is not None and digest_of(audit, row.salt) == row.digest
    is_same = entry_digest(audit, row.details) == row.digest
    return is_same and is_ours(row.erasure, "erasure", row.digest, row.details, *audit.values())


class _Walk:
    """Where the walk is: the number that must come next, and the hash it must follow, where that is known."""

    def __init__(self, report: Report, chain: AuditChain | None, heads: Sequence[Head]) -> None:
        self.report = report
        self.heads: dict[int, list[Head]] = {}
        for head in heads:
            self.heads.setdefault(head.number, []).append(head)
        self.organization_id = report.organization_id
        self.start = chain.removed_number if chain else 0
        self.expected = self.start + 1
        self.previous: str | None = chain.removed_hash if chain else None
        self.ends_with = chain.hash if chain else ""
        self.suspects: list[Suspect] = []
        self._compare(self.start, self.previous)

    def step(self, row: AnyRow) -> None:
        """Check one entry and its audit."""
        if row.number > self.expected:
            self._gap(row.number - 1)
        audit = values_of(row)
        if audit is None:
            self.report.add(Problem(kinds.DELETED, row.number, row[1]))
        is_altered = audit is not None and not covers(row, audit)
        worked_out = None
        if self.previous is not None:
            worked_out = link(self.previous, self.organization_id, row.number, row.sealed_at, row.digest)
        is_linked = worked_out is None or worked_out == row.hash
        if is_altered or not is_linked:
            self._suspect(Suspect(row, audit, self.previous, is_altered=is_altered, is_linked=is_linked))
        self.previous = row.hash
        self.expected = row.number + 1
        self._compare(row.number, row.hash)

    def end(self) -> None:
        """Compare where it ended with where it should have."""
        report = self.report
        for problem in explained(self.suspects, self.organization_id):
            report.add(problem)
        if self.expected <= report.number:
            self._gap(report.number, kinds.TRUNCATED)
        elif self.previous is not None and report.number and self.previous != self.ends_with:
            report.add(Problem(kinds.REWRITTEN, report.number))
        for number in sorted(self.heads):
            if number < self.start:
                report.add(Problem(kinds.HEAD_REMOVED, number, other=self.start))
            elif number > report.number:
                report.add(Problem(kinds.HEAD_GONE, number, other=report.number))

    def _gap(self, last: int, kind: str = kinds.MISSING) -> None:
        """Entries are missing, unless retention has removed them since the walk began."""
        chain = chain_of(self.organization_id)
        first = max(self.expected, (chain.removed_number if chain and chain.is_ours else 0) + 1)
        if first <= last:
            self.report.add(Problem(kind, first, other=last))
        self.previous = None

    def _suspect(self, suspect: Suspect) -> None:
        if len(self.suspects) < MOST:
            self.suspects.append(suspect)
        else:
            self.report.add(suspect.as_problem())

    def _compare(self, number: int, digest: str | None) -> None:
        if number in self.heads and any(head.hash != digest for head in self.heads[number]):
            self.report.add(Problem(kinds.HEAD_DIFFERS, number))

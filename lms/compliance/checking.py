"""The full recomputation: everything worked out anew from the facts and compared with what stands. Only to check."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from lms.accounts import User
from lms.compliance.days import today_of
from lms.compliance.deriving import (
    SHOWN,
    as_stretch,
    expected_awards,
    status_values,
    stored_periods,
    stored_statuses,
    timelines,
)
from lms.compliance.facts import Facts, in_chunks, load
from lms.compliance.models import Tally
from lms.compliance.tallies import Bucket, buckets
from lms.db import db

CHUNK = 500


def check(organization_id: int) -> Iterator[str]:
    """One line for each difference between what stands and what the facts say; writes nothing."""
    today, counted = today_of(organization_id), Counter[Bucket]()
    ids = list(db.session.scalars(select(User.id).where(User.organization_id == organization_id).order_by(User.id)))
    for chunk in in_chunks(ids, CHUNK):
        facts = load(organization_id, chunk)
        yield from _check_holdings(facts)
        expected = timelines(facts)
        stored = stored_periods(facts.users, facts.qualification_ids)
        for pair in sorted(expected.keys() | stored.keys()):
            if set(expected.get(pair, ())) != {as_stretch(row) for row in stored.get(pair, ())}:
                yield f"periods of user {pair[0]}, qualification {pair[1]}"
        statuses = stored_statuses(facts.users, facts.qualification_ids)
        for pair in sorted(expected.keys() | statuses.keys()):
            values = status_values(expected.get(pair, ()), today, facts.users[pair[0]])
            row = statuses.get(pair)
            known = None if row is None else {name: getattr(row, name) for name in SHOWN}
            if known != (None if values is None else {name: values[name] for name in SHOWN}):
                yield f"status of user {pair[0]}, qualification {pair[1]}"
            if values is not None:
                counted.update(
                    buckets(pair[1], values["state"], values["department_id"], values["job_function_id"])
                )
        db.session.rollback()
    rows = db.session.execute(select(Tally.__table__).where(Tally.organization_id == organization_id))
    standing = {(row.kind, row.target_id, row.qualification_id, row.state): row.number for row in rows}
    for bucket in sorted(standing.keys() | counted.keys()):
        if standing.get(bucket, 0) != counted[bucket]:
            yield f"count of {bucket}: {standing.get(bucket, 0)} instead of {counted[bucket]}"


def _check_holdings(facts: Facts) -> Iterator[str]:
    for pair in sorted(facts.done.keys() | facts.holdings.keys()):
        wanted = {(award.key, award.achieved_on, award.valid_until) for award in expected_awards(facts, pair)}
        known = {
            ((row.source, row.source_id), row.achieved_on, row.valid_until)
            for row in facts.holdings.get(pair, ())
            if not row.withdrawn
        }
        if wanted != known:
            yield f"holdings of user {pair[0]}, qualification {pair[1]}"

"""Working out what people hold and how they stand, for the pairs that something happened to, and writing differences.

The answer follows from the facts alone, so it does not matter in which order or how often this runs. People are
locked first and facts read after, so that of two workers the later one sees what the earlier one wrote.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from lms.compliance.awards import Award, awards
from lms.compliance.days import day_of
from lms.compliance.facts import Facts, Pair, in_chunks, load, noted, paths
from lms.compliance.models import Holding, Status, StatusPeriod
from lms.compliance.tallies import Bucket, add_differences, buckets
from lms.compliance.timeline import DAY, Case, State, Stretch, timeline
from lms.db import db, snapshot, upsert, utcnow
from lms.events import EventCenter

LOCK = text("SELECT pg_advisory_xact_lock(:space, CAST(key AS int)) FROM unnest(CAST(:keys AS bigint[])) AS key")
SPACE = 0x636F6D70
"""Any number that nobody else locks in."""

REASONS = ("state", "valid_until", "due_on", "required_since", "requirement_id", "holding_id", "exemption_id")
SHOWN = ("since", "next_change_on", *REASONS, "department_id", "job_function_id")


def recompute(organization_id: int, user_ids: Sequence[int], qualification_ids: Collection[int] | None = None) -> None:
    """Bring holdings, periods, statuses and tallies of these people up to date; inside a transaction.

    With `qualification_ids` those and what they include, else all. About twenty statements, whatever the number.
    """
    ids = sorted(set(user_ids))
    if not ids:
        return
    lock(ids)
    facts = load(organization_id, ids, qualification_ids)
    if facts.users and facts.qualification_ids:
        sync_holdings(facts)
        sync_statuses(facts)


def lock(user_ids: Sequence[int]) -> None:
    """Nobody else works these people out until the transaction ends; on SQLite whoever writes is alone anyway."""
    if db.session().get_bind().dialect.name == "postgresql":
        keys = sorted({id & 0x7FFFFFFF for id in user_ids})
        db.session.execute(LOCK, {"space": SPACE, "keys": keys})


def expected_awards(facts: Facts, pair: Pair) -> list[Award]:
    """What the person should hold of one qualification."""
    user_id, qualification_id = pair
    qualification = facts.qualifications[qualification_id]
    first, renewal = paths(qualification)
    return awards(
        facts.done.get(pair, ()), first, renewal, qualification.rule, noted(facts.holdings.get(pair, ())),
        lambda day: facts.due_on(user_id, qualification_id, day) if qualification_id in facts.wider else None,
    )  # fmt: skip


def sync_holdings(facts: Facts) -> None:
    """Write what the facts say is held; a holding whose source is gone is withdrawn, none is removed."""
    new: list[Holding] = []
    for pair in sorted(facts.done.keys() | facts.holdings.keys()):
        stored = {(row.source, row.source_id): row for row in facts.holdings.get(pair, ())}
        expected = {award.key: award for award in expected_awards(facts, pair)}
        for key in stored.keys() - expected.keys():
            _change(stored[key], {"withdrawn": True})
        for key, award in expected.items():
            if key in stored:
                _change(stored[key], {**_days(award), "withdrawn": False})
            else:
                new.append(_new(facts, pair, award))
                facts.holdings[pair].append(new[-1])
    db.session.add_all(new)
    db.session.flush()
    for holding in new:
        EventCenter.broadcast("created", holding, None)


def _days(award: Award) -> dict[str, Any]:
    given = award.given
    return {
        "achieved_on": award.achieved_on, "valid_from": award.achieved_on, "valid_until": given.valid_until,
        "base_on": given.base_on, "periods": given.periods, "counted": given.counted,
    }  # fmt: skip


def _new(facts: Facts, pair: Pair, award: Award) -> Holding:
    return Holding(
        organization_id=facts.organization_id, user_id=pair[0], qualification_id=pair[1], source=award.key[0],
        source_id=award.key[1], rule=award.rule.plain(), due_on=award.due_on, suspensions=[], **_days(award),
    )  # fmt: skip


def _change(holding: Holding, values: dict[str, Any]) -> None:
    if all(getattr(holding, name) == value for name, value in values.items()):
        return
    previous = snapshot(holding)
    for name, value in values.items():
        setattr(holding, name, value)
    EventCenter.broadcast("updated", previous, holding, None)


def case_of(facts: Facts, user_id: int, qualification_id: int) -> Case:
    """All that decides about one pair."""
    qualification = facts.qualifications[qualification_id]
    return Case(
        facts.spans(user_id, qualification_id), facts.covers(user_id, qualification_id),
        facts.leaves.get((user_id, qualification_id), ()), qualification.rule.grace, qualification.expiring_days,
    )  # fmt: skip


def timelines(facts: Facts) -> dict[Pair, list[Stretch]]:
    """The stretches of every pair that has any."""
    concerned = set(facts.holdings)
    found = {}
    for qualification_id in facts.qualification_ids:
        is_required = bool(facts.duties.get(qualification_id))
        wider = facts.wider[qualification_id]
        for user_id in facts.users:
            if is_required or any((user_id, id) in concerned for id in wider):
                stretches = timeline(case_of(facts, user_id, qualification_id))
                if stretches:
                    found[user_id, qualification_id] = stretches
    return found


def values_of(state: State) -> dict[str, Any]:
    """The columns of a state."""
    return {name: getattr(state, name) for name in REASONS}


def status_values(stretches: Sequence[Stretch], today: date, user: Any) -> dict[str, Any] | None:
    """The columns of today's status; None where there is none."""
    for stretch in stretches:
        if stretch.start <= today and (stretch.end is None or today <= stretch.end):
            return {
                "since": stretch.start, "next_change_on": stretch.end + DAY if stretch.end else None,
                "department_id": user.department_id, "job_function_id": user.job_function_id,
                **values_of(stretch.state),
            }  # fmt: skip
    return None


def sync_statuses(facts: Facts) -> None:
    """Write the periods that differ, today's statuses that differ, and the counts of it."""
    expected, now = timelines(facts), utcnow()
    _sync_periods(facts, expected, now)
    today = day_of(now, facts.zone)
    values = {pair: status_values(row, today, facts.users[pair[0]]) for pair, row in expected.items()}
    write_statuses(facts.organization_id, stored_statuses(facts.users, facts.qualification_ids), values)


def stored_statuses(user_ids: Collection[int], qualification_ids: Collection[int]) -> dict[Pair, Any]:
    """Today's statuses as they are on record; one statement."""
    rows = db.session.execute(
        select(Status.__table__).where(Status.user_id.in_(user_ids), Status.qualification_id.in_(qualification_ids))
    )
    return {(row.user_id, row.qualification_id): row for row in rows}


def write_statuses(
    organization_id: int, stored: Mapping[Pair, Any], expected: Mapping[Pair, dict[str, Any] | None]
) -> None:
    """Make the statuses `stored` those that are `expected`, and count the differences; at most three statements."""
    rows, gone, differences = [], [], Counter[Bucket]()
    for pair in sorted(stored.keys() | expected.keys()):
        row, values = stored.get(pair), expected.get(pair)
        if row is not None and values is not None and all(getattr(row, name) == values[name] for name in SHOWN):
            continue
        if row is not None:
            for bucket in buckets(pair[1], row.state, row.department_id, row.job_function_id):
                differences[bucket] -= 1
        if values is not None:
            for bucket in buckets(pair[1], values["state"], values["department_id"], values["job_function_id"]):
                differences[bucket] += 1
            rows.append(
                {"organization_id": organization_id, "user_id": pair[0], "qualification_id": pair[1], **values}
            )
        elif row is not None:
            gone.append(row.id)
    if gone:
        db.session.execute(delete(Status).where(Status.id.in_(gone)))
    if rows:
        statement = upsert(Status)
        new = statement.excluded
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["user_id", "qualification_id"], set_={name: new[name] for name in SHOWN}
            ),
            rows,
        )
    add_differences(organization_id, differences)


def stored_periods(user_ids: Collection[int], qualification_ids: Collection[int]) -> dict[Pair, list[Any]]:
    """The periods as they are known now; one statement."""
    found: dict[Pair, list[Any]] = defaultdict(list)
    for row in db.session.execute(
        select(StatusPeriod.__table__).where(
            StatusPeriod.user_id.in_(user_ids), StatusPeriod.qualification_id.in_(qualification_ids),
            StatusPeriod.replaced_at.is_(None),
        )
    ):  # fmt: skip
        found[row.user_id, row.qualification_id].append(row)
    return found


def as_stretch(row: Any) -> Stretch:
    """The stretch that a period's row is."""
    return Stretch(row.from_on, row.until_on, State(**{name: getattr(row, name) for name in REASONS}))


def _sync_periods(facts: Facts, expected: Mapping[Pair, list[Stretch]], now: datetime) -> None:
    """What was known stays as it was; it only gets an end."""
    stored = stored_periods(facts.users, facts.qualification_ids)
    ended, rows = [], []
    for pair in stored.keys() | expected.keys():
        wanted = set(expected.get(pair, ()))
        known = {as_stretch(row): row.id for row in stored.get(pair, ())}
        ended += [id for stretch, id in known.items() if stretch not in wanted]
        rows += [
            {
                "organization_id": facts.organization_id, "user_id": pair[0], "qualification_id": pair[1],
                "from_on": stretch.start, "until_on": stretch.end, "recorded_at": now, **values_of(stretch.state),
            }
            for stretch in expected.get(pair, ())
            if stretch not in known
        ]  # fmt: skip
    for ids in in_chunks(ended, 1000):
        db.session.execute(update(StatusPeriod).where(StatusPeriod.id.in_(ids)).values(replaced_at=now))
    if rows:
        db.session.execute(insert(StatusPeriod), sorted(rows, key=lambda row: (row["user_id"], row["from_on"])))

"""Whatever is done to the trail by SQL, behind the application's back, is found and named, on both databases."""

import pytest
from sqlalchemy import text

from lms import audits
from lms.db import db
from tests.audits.chains import behind, change_of, database, found, more, sealed, written


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def place(request, tmp_path_factory):
    """A database of its own, for all tests of this file."""
    with database(request.param, tmp_path_factory.mktemp("chain")):
        yield request.param


@pytest.fixture
def kind(place):
    """The same, emptied afterwards."""
    yield place
    behind("DELETE FROM deliveries", "DELETE FROM changes", "DELETE FROM organizations")


def columns(table: str, *without: str) -> str:
    return ", ".join(f'"{c.name}"' for c in db.metadata.tables[table].columns if c.name not in without)


def test_a_trail_that_nobody_touched_verifies(kind):
    owner = sealed()
    assert found(owner) == []


def test_every_field_of_an_audit_is_covered(kind):
    owner = sealed()
    five = change_of(owner, 5)
    json = "'{\"name\": [null, \"Ward X\"]}'" + ("::jsonb" if kind == "postgresql" else "")
    others = {
        "id": "id + 1000", "occurred_at": "'2026-01-01 12:00:00.000001'", "action": "'deleted'",
        "object_type": "'User'", "object_id": "object_id + 1", "title": "'Nothing'", "difference": json,
        "actor_id": "NULL", "actor_name": "'Somebody Else'", "request_id": "'r'", "address": "'192.0.2.1'",
        "via": "'api'",
    }  # fmt: skip
    assert set(others) == {c.name for c in audits.Audit.__table__.columns} - {"organization_id", "change_id"}
    for name, value in others.items():
        [before] = read(f"SELECT {name} AS x FROM audits WHERE change_id = {five}")
        behind(f"UPDATE audits SET {name} = {value} WHERE change_id = {five}")
        assert found(owner) == [f"Entry 5: the audit of change {five} was altered."], name
        restore(name, before, five)
        assert found(owner) == [], name


def forged(owner) -> str:
    """SQL that makes an audit which looks like that of entry 3."""
    names = columns("audits", "id", "change_id")
    source = f"FROM audits WHERE change_id = {change_of(owner, 3)}"
    return f"INSERT INTO audits (id, change_id, {names}) SELECT 9001, 9000, {names} {source}"


def read(statement: str):
    with db.engine.connect() as connection:
        return connection.execute(text(statement)).scalars().all()


def restore(name: str, value, change_id: int) -> None:
    """Put back what stood there, as the raw driver gave it."""
    with db.engine.begin() as connection:
        column = audits.Audit.__table__.c[name]
        if name == "difference" and isinstance(value, dict):
            connection.execute(audits.Audit.__table__.update().where(
                audits.Audit.change_id == change_id).values({column: value}))  # fmt: skip
        else:
            statement = text(f"UPDATE audits SET {name} = :value WHERE change_id = {change_id}")
            connection.execute(statement, {"value": value})


def test_a_deleted_row_is_named(kind):
    owner = sealed()
    five = change_of(owner, 5)
    behind(f"DELETE FROM audits WHERE change_id = {five}")
    assert found(owner) == [f"Entry 5: the audit of change {five} was removed."]


def test_a_row_deleted_with_its_entry_is_named(kind):
    owner = sealed()
    five = change_of(owner, 5)
    behind(f"DELETE FROM audits WHERE change_id = {five}", "DELETE FROM audit_seals WHERE number = 5")
    assert found(owner) == [
        "Entries 5 to 5 are missing, with whatever audits they were for.",
        f"The audit of change {five} was written, and is gone without a trace in the chain.",
    ]


def test_swapped_rows_are_named(kind):
    owner = sealed()
    four, nine = change_of(owner, 4), change_of(owner, 9)
    behind(
        f"UPDATE audits SET change_id = -1 WHERE change_id = {four}",
        f"UPDATE audits SET change_id = {four} WHERE change_id = {nine}",
        f"UPDATE audits SET change_id = {nine} WHERE change_id = -1",
    )
    assert found(owner) == [f"Entries 4 and 9: their audits were swapped (change {four})."]


def test_swapped_contents_are_named(kind):
    owner = sealed()
    four, nine = change_of(owner, 4), change_of(owner, 9)
    names = [c.name for c in audits.Audit.__table__.columns if c.name not in ("id", "change_id")]
    pairs = ", ".join(f"{name} = (SELECT o.{name} FROM old o WHERE o.change_id = "
                      f"CASE audits.change_id WHEN {four} THEN {nine} ELSE {four} END)" for name in names)  # fmt: skip
    behind(
        "CREATE TEMPORARY TABLE old AS SELECT * FROM audits",
        f"UPDATE audits SET {pairs} WHERE change_id IN ({four}, {nine})",
        "DROP TABLE old",
    )
    assert found(owner) == [f"Entries 4 and 9: their audits were swapped (change {four})."]


@pytest.mark.parametrize("other", [5, 9])
def test_swapped_entries_are_named(kind, other):
    owner = sealed()
    there = change_of(owner, other)
    behind(
        "UPDATE audit_seals SET number = -1 WHERE number = 4",
        f"UPDATE audit_seals SET number = 4 WHERE number = {other}",
        f"UPDATE audit_seals SET number = {other} WHERE number = -1",
    )
    assert found(owner) == [f"Entries 4 and {other} were swapped in the chain (change {there})."]


@pytest.mark.parametrize("sealing", [False, True])
def test_an_inserted_row_is_named_and_never_sealed(kind, sealing):
    owner = sealed()
    behind(forged(owner))
    if sealing:
        audits.seal(0)
    assert found(owner) == ["The audit of change 9000 was inserted: it is in no chain, and was not written by the LMS."]


@pytest.mark.parametrize("stamp", ["NULL", "'00ff'"])
def test_a_row_inserted_with_a_stamp_is_named_and_never_sealed(kind, stamp):
    owner = sealed()
    behind(
        forged(owner),
        "INSERT INTO audit_stamps (change_id, organization_id, occurred_at, stamp) "
        f"SELECT change_id, organization_id, occurred_at, {stamp} FROM audits WHERE id = 9001",
    )
    for _ in range(2):
        audits.seal(0)
        assert found(owner) == ["The audit of change 9000 was altered or inserted before it was sealed."]


def test_a_row_inserted_with_an_entry_beyond_the_end_is_named(kind):
    owner = sealed()
    rest = columns("audit_seals", "number", "change_id")
    behind(
        forged(owner),
        f"INSERT INTO audit_seals (number, change_id, {rest}) SELECT 13, 9000, {rest} FROM audit_seals "
        "WHERE number = 3",
    )
    assert found(owner) == ["Entries from 13 to 13 lie beyond the signed end of the chain: they were inserted."]


def test_a_truncated_tail_is_named(kind):
    owner = sealed()
    behind(
        "DELETE FROM audits WHERE change_id IN (SELECT change_id FROM audit_seals WHERE number > 9)",
        "DELETE FROM audit_seals WHERE number > 9",
    )
    assert found(owner)[0] == "The end of the chain is cut off: entries 10 to 12 are missing."


def truncate_thoroughly() -> None:
    """The end, the ledger and the changes, with the signed end put to an earlier entry."""
    behind(
        "DELETE FROM audits WHERE change_id IN (SELECT change_id FROM audit_seals WHERE number > 9)",
        "DELETE FROM deliveries WHERE change_id IN (SELECT change_id FROM audit_seals WHERE number > 9)",
        "DELETE FROM changes WHERE id IN (SELECT change_id FROM audit_seals WHERE number > 9)",
        "DELETE FROM audit_seals WHERE number > 9",
    )


def test_an_end_that_was_moved_along_is_not_ours_and_nothing_is_sealed_on_it(kind):
    owner = sealed()
    truncate_thoroughly()
    behind("UPDATE audit_chains SET number = 9, hash = (SELECT hash FROM audit_seals WHERE number = 9)")
    forged = "The end of the chain is not what the LMS signed. Nothing is sealed until it is looked into."
    assert found(owner) == [forged]
    written(3)
    audits.seal(0)
    assert found(owner) == [forged]


def test_only_an_exported_head_shows_that_a_whole_state_was_turned_back(kind):
    owner = sealed(9)
    behind("CREATE TABLE kept AS SELECT * FROM audit_chains")
    earlier = audits.exported(audits.chain_of(owner.id))
    more(owner, 3)
    later = audits.exported(audits.chain_of(owner.id))
    assert found(owner, earlier, later) == []
    truncate_thoroughly()
    behind("DELETE FROM audit_chains", "INSERT INTO audit_chains SELECT * FROM kept", "DROP TABLE kept")
    assert found(owner, earlier) == []
    turned_back = "Entry 12 was exported, but the chain ends at 9: its end was cut off, or turned back."
    assert found(owner, later) == [turned_back]
    more(owner, 3, "again")
    assert found(owner) == []
    assert found(owner, later) == ["Entry 12 is not the one that was exported: the history up to it was rewritten."]

"""Sealing: in the order of the changes, once, whatever order audits arrive in and however often it dies."""

import random
import threading
from datetime import UTC

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select

from lms import audits, create_app
from lms.audits import Audit, AuditChain, AuditSeal, AuditStamp
from lms.audits.canonical import DETAILS, FACTS, canonical
from lms.db import db
from lms.deliveries import Delivery, deliver
from lms.errors import Conflict
from lms.events import Change, EventCenter
from tests import factories
from tests.audits.chains import admin_of, behind, database, found, more, record, sealed, written


def numbers(owner) -> list[int]:
    """The changes in the order of their entries."""
    mine = AuditSeal.organization_id == owner.id
    return list(db.session.scalars(select(AuditSeal.change_id).where(mine).order_by(AuditSeal.number)))


def test_the_digest_covers_every_column_and_is_the_same_for_what_each_database_gives_back():
    assert {*FACTS, *DETAILS} == {column.name for column in Audit.__table__.columns}
    assert canonical({"b": 1e20, "a": [True, 1.0, -0.0, 0.1]}) == b'{"a":[true,1,0,0.1],"b":100000000000000000000}'
    assert canonical({"é": None, "a": "é"}) == '{"a":"é","é":null}'.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_a_value_has_the_same_bytes_alone_and_beside_a_fraction(value):
    assert canonical([value, 0.5]) == b"[" + canonical(value) + b",0.5]"


def test_what_is_young_waits_so_that_earlier_changes_may_still_arrive(app):
    owner = written()
    assert audits.seal(grace=60) == 0
    assert audits.waiting_count(owner.id) == 12
    assert audits.seal(grace=0) == 12
    assert numbers(owner) == sorted(numbers(owner))


def test_an_audit_that_comes_late_gets_the_next_number(app):
    owner = factories.organization()
    admin = factories.user(owner, "Ada Admin", "admin")
    for number in range(5):
        factories.department(admin, f"Ward {number}")
    db.session.commit()
    ids = sorted(db.session.scalars(select(Change.id)))
    deliver(EventCenter.subscribers["audits"], [id for id in ids if id != ids[2]])
    audits.seal(0)
    deliver(EventCenter.subscribers["audits"], [ids[2]])
    audits.seal(0)
    assert numbers(owner) == [*ids[:2], *ids[3:], ids[2]]
    assert found(owner) == []


def test_organizations_have_chains_of_their_own(app):
    one, other = written(4), written(5)
    audits.seal(0)
    assert [len(numbers(owner)) for owner in (one, other)] == [4, 5]
    assert found(one) == found(other) == []
    behind("UPDATE audits SET title = 'x' WHERE organization_id = :id", id=one.id)
    assert len(found(one)) == 4
    assert found(other) == []


class Killed(BaseException):
    """A process that ends in the middle of something."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), chunk=st.integers(1, 5), deaths=st.lists(st.integers(1, 8), max_size=6))
def test_whatever_the_order_and_however_often_sealing_dies_the_chain_verifies(app, seed, chunk, deaths):
    chance = random.Random(seed)
    owner = written(2)
    db.session.execute(delete(Delivery))
    for table in (AuditSeal, AuditStamp, AuditChain, Audit):
        db.session.execute(delete(table))
    admin = factories.user(owner, "Ann", "admin")
    for number in range(chance.randint(3, 9)):
        factories.department(admin, f"Ward {number}")
    db.session.commit()
    ids = list(db.session.scalars(select(Change.id).where(Change.organization_id == owner.id)))
    chance.shuffle(ids)
    left = list(deaths)
    while ids:
        some, ids = ids[: (take := chance.randint(1, 4))], ids[take:]
        deliver(EventCenter.subscribers["audits"], some)
        die_at(left.pop() if left else 0, chunk)
    audits.seal(0, chunk=chunk)
    assert found(owner) == []
    assert len(numbers(owner)) == db.session.scalar(select(func.count()).select_from(Audit))


def die_at(statement: int, chunk: int) -> None:
    """Seal, and end the transaction as a killed process does before its statement of this number."""
    seen = 0

    def count(*_):
        nonlocal seen
        seen += 1
        if seen == statement:
            raise Killed

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        audits.seal(0, chunk=chunk)
    except Killed:
        db.session.rollback()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


def test_sealing_a_chunk_takes_as_many_statements_for_many_as_for_few(app, statements):
    owner, taken = written(3), []
    audits.seal(0)
    for count in (2, 60):
        for number in range(count):
            factories.department(admin_of(owner), f"Ward {count} of {number}")
        record()
        before = len(statements)
        assert audits.seal(0) == count
        taken.append(len(statements) - before)
    assert taken == [7, 7]


@pytest.mark.services
def test_several_that_seal_at_once_make_one_chain(tmp_path):
    with database("postgresql", tmp_path):
        owner = written(60)
        url = db.engine.url.render_as_string(hide_password=False)
        # Made one after the other: CPython 3.11 does not bear routes that are compiled in several threads at once.
        apps = [
            create_app(SQLALCHEMY_DATABASE_URI=url, BROKER_URL=None, SECRET_KEY="not a secret", AUDIT_KEY="")
            for _ in range(4)
        ]
        sealers = [threading.Thread(target=seal_elsewhere, args=(app,)) for app in apps]
        for sealer in sealers:
            sealer.start()
        for sealer in sealers:
            sealer.join()
        audits.seal(0)
        assert found(owner) == []
        assert numbers(owner) == sorted(numbers(owner))
        assert len(numbers(owner)) == 60


def seal_elsewhere(app: Flask) -> None:
    """Seal in another thread, with connections of its own."""
    with app.app_context():
        for _ in range(12):
            audits.seal(0, chunks=1, chunk=5)
        db.session.remove()
        db.engine.dispose()


def test_what_was_written_before_there_was_a_chain_is_sealed_and_nothing_without_a_stamp_after_it(app):
    owner = written()
    behind("UPDATE audit_stamps SET stamp = NULL")
    assert audits.seal(0) == 12
    assert found(owner) == []
    factories.department(admin_of(owner), "Unstamped")
    record()
    behind("UPDATE audit_stamps SET stamp = NULL WHERE organization_id = :id", id=owner.id)
    audits.seal(0)
    assert "was altered or inserted before it was sealed" in found(owner)[0]


@pytest.mark.parametrize(
    ("done", "said"),
    [("UPDATE audits SET title = 'x'", "altered or inserted"), ("DELETE FROM audits", "removed")],
)
def test_what_is_done_before_sealing_is_found_and_holds_up_nothing(app, done, said):
    owner = written(4)
    first = min(db.session.scalars(select(Change.id)))
    behind(f"{done} WHERE change_id = {first}")
    assert found(owner) == [f"The audit of change {first} was {said} before it was sealed."]
    audits.seal(0)
    assert len(numbers(owner)) == 3
    assert found(owner) == [f"The audit of change {first} was {said} before it was sealed."]


def test_a_new_key_signs_and_an_old_one_is_still_believed(app):
    owner = sealed(3)
    audits.configure({"AUDIT_KEY": "new", "SECRET_KEY": "not a secret"})
    try:
        assert found(owner) == []
        more(owner, 1)
        audits.configure({"AUDIT_KEY": "newer, new", "SECRET_KEY": "another"})
        assert found(owner) == []
        audits.configure({"AUDIT_KEY": "newer", "SECRET_KEY": "another"})
        assert len(found(owner)) == 1
        audits.sign_again(owner.id, "The key was lost")
        assert found(owner) == []
    finally:
        audits.configure(app.config)


def test_a_pseudonymized_audit_verifies_and_the_erased_words_cannot_be_guessed(app):
    owner = sealed(4)
    one = min(numbers(owner))
    audits.redact(owner.id, {one: {"title": "", "actor_name": "Somebody"}})
    db.session.commit()
    assert found(owner) == []
    row = db.session.scalars(select(AuditSeal).where(AuditSeal.change_id == one)).one()
    assert row.salt is None
    behind(f"UPDATE audits SET title = 'Other' WHERE change_id = {one}")
    assert found(owner) == [f"Entry 1: the audit of change {one} was altered."]


def test_an_erasure_does_not_make_an_altered_audit_look_right(app):
    owner = sealed(4)
    one = min(numbers(owner))
    behind(f"UPDATE audits SET title = 'Other' WHERE change_id = {one}")
    with pytest.raises(Conflict, match="is not what was written"):
        audits.redact(owner.id, {one: {"title": ""}})

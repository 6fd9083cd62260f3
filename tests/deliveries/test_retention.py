"""Settled changes go after a while; the trail and what is not settled stay."""

from datetime import timedelta

from sqlalchemy import func, select, update

from lms.audits import Audit
from lms.db import db, utcnow
from lms.deliveries import DEAD, Delivery, deliver, forget_settled, relay
from lms.deliveries.relay import LONGEST
from lms.events import Change, EventCenter
from tests import factories


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def age(days: int, *ids: int) -> None:
    then = utcnow() - timedelta(days=days)
    db.session.execute(update(Change).where(Change.id.in_(ids)).values(created_at=then, settled_at=then))
    db.session.commit()


def test_old_settled_changes_go_with_their_deliveries_and_audits_stay(course, author):
    factories.subject(course, author)
    ids = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    deliver(EventCenter.subscribers["audits"], ids)
    age(100, *ids[:3])
    audits = count(Audit)
    assert forget_settled(utcnow() - timedelta(days=90)) == 3
    assert set(db.session.scalars(select(Change.id))) == set(ids[3:])
    assert set(db.session.scalars(select(Delivery.change_id))) == set(ids[3:])
    assert count(Audit) == audits == len(ids)


def test_what_is_dead_or_owed_stays(course):
    ids = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    age(100, *ids)
    db.session.execute(update(Change).where(Change.id == ids[1]).values(settled_at=None))
    db.session.add(Delivery(change_id=ids[0], subscriber="audits", state=DEAD))
    db.session.commit()
    forget_settled(utcnow() - timedelta(days=90))
    assert list(db.session.scalars(select(Change.id).order_by(Change.id))) == ids[:2]


def test_it_goes_on_after_a_chunk_and_stops_at_what_is_young(course, author, statements):
    for number in range(8):
        factories.subject(course, author, f"{number}")
    ids = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    age(100, *ids[:5])
    assert forget_settled(utcnow() - timedelta(days=90), chunk=2) == 5
    statements.clear()
    assert forget_settled(utcnow() - timedelta(days=90), chunk=2) == 0
    assert len([one for one in statements if one.startswith("SELECT changes.id")]) == 1


def test_what_stays_owed_is_sent_again_less_and_less_often(course):
    change_id = db.session.scalars(select(Change.id).order_by(Change.id)).first()
    waits = []
    for age_in_seconds in (40, 200, 100_000):
        now = utcnow()
        moment = now - timedelta(seconds=age_in_seconds)
        db.session.execute(update(Change).where(Change.id == change_id).values(created_at=moment, due_at=moment))
        db.session.commit()
        sent = []
        relay(lambda name, ids, sent=sent: sent.extend(ids))
        assert change_id in sent
        waits.append((db.session.get_one(Change, change_id).due_at - now).total_seconds())
        db.session.rollback()
    assert [round(wait, -1) for wait in waits] == [30, 120, 480]
    assert max(waits) <= LONGEST.total_seconds()


def test_a_subscriber_with_a_heap_before_it_is_sent_nothing_more_for_a_while(course):
    change_id = db.session.scalars(select(Change.id).order_by(Change.id)).first()

    def sent_to(age_in_seconds):
        moment = utcnow() - timedelta(seconds=age_in_seconds)
        db.session.execute(update(Change).where(Change.id == change_id).values(created_at=moment, due_at=moment))
        db.session.commit()
        told = []
        relay(lambda name, ids: told.append(name), is_busy=lambda name: name == "audits")
        db.session.rollback()
        return set(told)

    assert "audits" not in sent_to(40)
    assert "audits" in sent_to(130)


def test_what_is_handed_out_again_though_it_is_done_costs_one_statement(course, author, statements):
    for number in range(8):
        factories.subject(course, author, f"{number}")
    ids = list(db.session.scalars(select(Change.id)))
    audits = EventCenter.subscribers["audits"]
    deliver(audits, ids)
    statements.clear()
    assert deliver(audits, ids, again=ids).done == []
    assert len(statements) == 1


def test_what_was_begun_before_is_tried_alone_and_counted(course, author):
    first = db.session.scalars(select(Change.id)).all()
    factories.subject(course, author)
    others = [id for id in db.session.scalars(select(Change.id)) if id not in first]
    deliver(EventCenter.subscribers["audits"], [*first, *others], again=others)
    attempts = dict(db.session.execute(select(Delivery.change_id, Delivery.attempts)).all())
    assert attempts == dict.fromkeys(first, 1) | dict.fromkeys(others, 2)

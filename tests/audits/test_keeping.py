"""How long audits are kept, what holds them, and the end of the chain that is mailed outside."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lms import audits
from lms.audits import Audit, AuditHold, AuditPlan, AuditSeal, HoldAttrs, PlanAttrs
from lms.db import db, utcnow
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import Change
from lms.tasks import audits as tasks
from lms.tasks.celery import ContextTask, LmsCelery
from tests import factories
from tests.audits.chains import admin_of, behind, found, more, record, sealed, written

LATER = utcnow() + timedelta(days=366)


@pytest.fixture
def kept(app):
    """An organization that keeps its audits for a year."""
    owner = written()
    audits.set_plan(PlanAttrs(keep_years=1), admin_of(owner))
    record()
    assert audits.seal(0) == 13
    return owner


def entries() -> list[int]:
    return list(db.session.scalars(select(AuditSeal.number).order_by(AuditSeal.number)))


def test_nothing_is_removed_without_a_plan_or_before_its_time(app, kept):
    other = sealed(3)
    assert audits.remove_old() == 0
    audits.set_plan(PlanAttrs(keep_years=0), admin_of(kept))
    assert audits.remove_old(LATER) == 0
    assert found(other) == []


def test_the_beginning_goes_chunk_by_chunk_and_the_rest_still_verifies(app, kept):
    head = audits.exported(audits.chain_of(kept.id))
    assert audits.remove_old(LATER, chunks=2, chunk=3) == 6
    assert entries() == list(range(7, 14))
    assert found(kept) == []
    record()
    audits.seal(0)
    assert audits.remove_old(LATER) == 8  # all but the last, which the end of the chain stands for
    assert found(kept) == []
    assert found(kept, head) == ["Entry 13 cannot be compared: entries up to 14 were removed by retention."]
    record()
    removals = select(Audit).where(Audit.object_type == "AuditChain").order_by(Audit.change_id.desc())
    assert db.session.scalars(removals).first().difference["removed_number"] == [6, 14]


def test_the_first_younger_entry_ends_what_is_removed(app, kept):
    eighth = select(AuditSeal.change_id).where(AuditSeal.number == 8).scalar_subquery()
    moment = db.session.scalars(select(Audit.occurred_at).where(Audit.change_id == eighth)).one()
    assert audits.remove_old(moment.replace(year=moment.year + 1)) == 7
    assert entries()[0] == 8


@pytest.mark.parametrize("done", ["UPDATE audits SET title = 'x' WHERE", "DELETE FROM audits WHERE"])
def test_what_does_not_verify_is_not_removed(app, kept, done):
    fifth = db.session.scalars(select(AuditSeal.change_id).where(AuditSeal.number == 5)).one()
    behind(f"{done} change_id = {fifth}")
    assert audits.remove_old(LATER) == 4
    assert audits.remove_old(LATER) == 0
    assert "Entry 5" in found(kept)[0]


def test_a_beginning_that_was_removed_by_hand_is_named(app, kept):
    audits.remove_old(LATER, chunks=1, chunk=3)
    behind(
        "DELETE FROM audits WHERE change_id IN (SELECT change_id FROM audit_seals WHERE number < 6)",
        "DELETE FROM audit_seals WHERE number < 6",
    )
    assert found(kept)[0] == "Entries 4 to 5 are missing, with whatever audits they were for."
    behind("UPDATE audit_chains SET removed_number = 5")
    assert "not what the LMS signed" in found(kept)[0]


def test_a_hold_stops_any_removal_until_it_is_lifted(app, kept):
    admin = admin_of(kept)
    hold = audits.place_hold(HoldAttrs(reason="Case 2026/117"), admin)
    assert audits.remove_old(LATER) == 0
    audits.lift_hold(hold.id, admin)
    with pytest.raises(Conflict):
        audits.lift_hold(hold.id, admin)
    assert (hold.placed_by, hold.lifted_by) == (admin.id, admin.id)
    assert audits.remove_old(LATER) == 12
    heard = db.session.scalars(select(Change.action).where(Change.object_type == "AuditHold").order_by(Change.id)).all()
    assert heard == ["created", "updated"]


def test_only_administrators_place_and_lift_holds_and_only_their_own(app, admin, stranger):
    auditor = factories.user(admin.organization, "Aud Itor", "auditor")
    with pytest.raises(NotAllowed):
        audits.place_hold(HoldAttrs(reason="x"), auditor)
    with pytest.raises(NotAllowed):
        audits.set_plan(PlanAttrs(), auditor)
    hold = audits.place_hold(HoldAttrs(reason="x"), admin)
    with pytest.raises(NotFound):
        audits.lift_hold(hold.id, stranger)
    with pytest.raises(Invalid):
        audits.set_plan(PlanAttrs(every="daily"), admin)


@pytest.fixture(scope="module")
def mail_heads(installation_app):
    """The task as a worker has it."""
    celery = LmsCelery("chain", task_cls=ContextTask, set_as_current=False)
    celery.flask = installation_app
    tasks.register(celery)
    return celery.tasks["lms.audits.heads"]


def test_the_end_is_mailed_outside_once_a_day_and_verifies_later(app, post, mail_heads):
    owner = sealed()
    audits.set_plan(PlanAttrs(every="daily", address="accountant@outside.example"), admin_of(owner))
    assert [mail_heads(), mail_heads()] == [1, 0]
    [letter] = post.received
    assert letter["To"] == "accountant@outside.example"
    [head] = [line for line in letter.get_content().splitlines() if line.startswith("lms-audits-1:")]
    more(owner, 3, "Later")
    assert found(owner, head) == []
    db.session.execute(update(AuditPlan).values(mailed_at=utcnow() - timedelta(hours=24)))
    db.session.commit()
    assert mail_heads() == 1


def test_what_the_mail_server_does_not_take_is_mailed_next_time(app, mail_port, mail_heads, request):
    owner = sealed()
    audits.set_plan(PlanAttrs(every="weekly", address="accountant@outside.example"), admin_of(owner))
    assert mail_heads() == 0
    post = request.getfixturevalue("post")
    assert mail_heads() == 1
    assert len(post.received) == 1


def test_the_mail_says_so_when_the_end_is_not_ours(app, post, mail_heads):
    owner = sealed()
    audits.set_plan(PlanAttrs(every="weekly", address="accountant@outside.example"), admin_of(owner))
    behind("UPDATE audit_chains SET number = 3")
    mail_heads()
    assert "something is wrong" in post.received[0]["Subject"]


def test_a_head_with_a_mistake_is_refused(app):
    owner = sealed(3)
    head = audits.exported(audits.chain_of(owner.id))
    for wrong in (head[:-1], head.replace(":3:", ":4:"), "", "x:y"):
        with pytest.raises(Invalid):
            audits.parsed(wrong)
    assert audits.parsed(f" {head}\n").number == 3
    assert db.session.scalar(select(AuditHold.id)) is None

"""What could not be delivered: found, tried again, discarded with a reason; and a subscriber fed from history."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from lms import courses, deliveries
from lms.audits import Audit
from lms.courses import CourseAttrs
from lms.db import db, utcnow
from lms.deliveries import DEAD, DISCARDED, DONE, WAITING, Dead, Delivery, Discard, deliver, relay
from lms.errors import Invalid, NotAllowed
from lms.events import Change, EventCenter
from tests import factories


def kill(subscriber: str, error: str, *object_types: str) -> list[int]:
    """Make the deliveries of all changes of these objects dead."""
    ids = list(db.session.scalars(select(Change.id).where(Change.object_type.in_(object_types)).order_by(Change.id)))
    for id in ids:
        row = Delivery(change_id=id, subscriber=subscriber, state=DEAD, attempts=11, error=error, traceback="line 1")
        db.session.add(row)
    db.session.commit()
    return ids


def states(subscriber: str) -> dict[str, int]:
    rows = db.session.execute(
        select(Delivery.state, func.count()).where(Delivery.subscriber == subscriber).group_by(Delivery.state)
    )
    return {state: number for state, number in rows}


def test_dead_deliveries_are_found_by_subscriber_object_and_words_of_the_error(client_for, admin, course):
    kill("audits", "Boom: it failed", "Course")
    kill("activities", "Other trouble", "Course", "User")
    client = client_for(admin)
    everything = client.get("/admin/deliveries/").text
    assert "Boom: it failed" in everything
    assert "Other trouble" in everything
    assert "Other trouble" not in client.get("/admin/deliveries/?subscriber=audits").text
    assert "Boom" not in client.get("/admin/deliveries/?q=OTHER").text
    assert "Fire safety" not in client.get("/admin/deliveries/?object_type=User").text
    assert "Nothing matches" in client.get("/admin/deliveries/?q=100%25").text


def test_one_is_shown_with_its_error_and_the_change_before_and_after(client_for, admin, author, course):
    courses.update_course(course, CourseAttrs(title="Fire drill"), author)
    change_id = kill("audits", "Boom: it failed", "Course")[-1]
    page = client_for(admin).get(f"/admin/deliveries/{change_id}/audits").text
    for part in ("Boom: it failed", "line 1", "Fire safety", "Fire drill"):
        assert part in page


def test_one_is_tried_again_from_its_first_attempt(client_for, admin, course):
    change_id, *_rest = kill("audits", "Boom", "Course", "User")
    client = client_for(admin)
    client.post(f"/admin/deliveries/replay?change={change_id}&subscriber=audits")
    db.session.expire_all()
    assert db.session.get_one(Delivery, (change_id, "audits")).state == WAITING
    assert states("audits")[DEAD] == len(_rest)
    deliver(EventCenter.subscribers["audits"], [change_id])
    assert db.session.get_one(Delivery, (change_id, "audits")).state == DONE
    answer = client.post(f"/admin/deliveries/replay?change={change_id}&subscriber=audits", follow_redirects=True)
    assert "Nothing of that kind is dead any more." in answer.text


def test_all_that_match_are_tried_again_and_no_others(client_for, admin, course):
    number = len(kill("audits", "Boom", "Course", "User"))
    kill("activities", "Boom", "Course")
    client_for(admin).post("/admin/deliveries/replay?subscriber=audits&q=boom")
    assert states("audits") == {WAITING: number}
    assert states("activities") == {DEAD: 1}


@pytest.mark.parametrize("change", ["x", "-1", "99999999999999999999"])
def test_an_address_that_names_no_change_means_none(client_for, admin, course, change):
    kill("audits", "Boom", "Course")
    client_for(admin).post(f"/admin/deliveries/replay?change={change}")
    assert states("audits") == {DEAD: 1}


def test_discarding_asks_for_a_reason_which_the_trail_keeps(client_for, admin, author, course):
    [change_id] = kill("activities", "Boom", "Course")
    client = client_for(admin)
    address = f"/admin/deliveries/discard?change={change_id}&subscriber=activities"
    assert "Say why" in client.post(address, data={"reason": "  "}).text
    assert "500 characters" in client.post(address, data={"reason": "x" * 501}).text
    assert states("activities") == {DEAD: 1}
    client.post(address, data={"reason": "Made by a test import"})
    assert states("activities") == {DISCARDED: 1}
    deliver(EventCenter.subscribers["audits"], list(db.session.scalars(select(Change.id))))
    audit = db.session.scalars(select(Audit).where(Audit.object_type == "Discard")).one()
    assert audit.difference["reason"] == [None, "Made by a test import"]
    assert audit.actor_name == admin.name
    assert "Nothing matches" in client.get(address).text


def test_nobody_touches_what_is_dead_in_another_organization(client_for, admin, stranger, course):
    [change_id] = kill("audits", "Boom", "Course")
    stranger.roles = ["admin"]
    db.session.commit()
    client = client_for(stranger)
    assert "Boom" not in client.get("/admin/deliveries/").text
    assert client.get(f"/admin/deliveries/{change_id}/audits").status_code == 404
    client.post(f"/admin/deliveries/replay?change={change_id}")
    client.post("/admin/deliveries/discard", data={"reason": "mine"})
    assert states("audits") == {DEAD: 1}


@pytest.mark.parametrize("act", ["replay", "discard"])
def test_an_auditor_or_author_may_not(client_for, author, course, act):
    kill("audits", "Boom", "Course")
    assert client_for(author).post(f"/admin/deliveries/{act}", data={"reason": "x"}).status_code == 403
    with pytest.raises(NotAllowed):
        deliveries.replay(Dead(), author)
    assert states("audits") == {DEAD: 1}


def test_operators_discard_and_replay_on_the_command_line(app, course):
    kill("activities", "Boom", "Course")
    kill("audits", "Bang", "Course")
    run = app.test_cli_runner().invoke
    refused = run(args=["changes", "discard", "--subscriber", "activities", "--reason", " ", "--yes"])
    assert refused.exit_code == 1
    assert "Say why" in refused.output
    done = run(args=["changes", "discard", "--subscriber", "activities", "--reason", "test", "--yes"])
    assert done.output == "1 dead deliveries are discarded.\n"
    assert db.session.scalars(select(Discard.reason)).all() == ["test"]
    assert run(args=["changes", "replay", "--error", "bang"]).output == "1 dead deliveries are tried again.\n"
    assert states("audits") == {WAITING: 1}


def test_a_new_subscriber_is_fed_from_history(app, course, author):
    factories.subject(course, author, "Part 2")
    audits = EventCenter.subscribers["audits"]
    ids = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    deliver(audits, ids[:1])
    old = utcnow() - timedelta(days=10)
    db.session.execute(update(Change).values(settled_at=utcnow()))
    db.session.execute(update(Change).where(Change.id == ids[1]).values(created_at=old))
    db.session.commit()
    run = app.test_cli_runner().invoke
    day = (utcnow() - timedelta(days=5)).date().isoformat()
    assert "goes with --subscriber" in run(args=["changes", "replay", "--since", day]).output
    assert "there is no subscriber" in run(args=["changes", "replay", "--since", day, "--subscriber", "x"]).output
    answer = run(args=["changes", "replay", "--since", day, "--subscriber", "audits"])
    assert answer.output == f"{len(ids) - 2} changes are owed to audits now.\n"
    sent: dict[str, list[int]] = {}
    relay(lambda name, chunk: sent.setdefault(name, []).extend(chunk))
    assert sorted(sent["audits"]) == ids[2:]


def test_without_a_reason_nothing_is_discarded(admin, course):
    kill("audits", "Boom", "Course")
    with pytest.raises(Invalid):
        deliveries.discard(Dead(), "", admin)
    assert states("audits") == {DEAD: 1}

"""Imports of what people hold."""

import pytest
from sqlalchemy import select

from lms import compliance, transfer
from lms.compliance import Evidence, Holding
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.notifications import Mail, Notification
from lms.transfer.running import Pace
from tests import factories
from tests.compliance import world
from tests.compliance.world import day
from tests.transfer.conftest import counts, said, work


@pytest.fixture
def bls(admin, learner):
    learner.external_id, learner.personnel_number = "hr-1", "0001"
    db.session.commit()
    return world.qualification(
        admin, "Basic life support", counting="completion", period="12 months", external_id="BLS"
    )


FILE = ["Personeelsnummer;Kwalificatie;Behaald op;Geldig tot;Uitgegeven door;Opmerking"]


def held(user) -> list[tuple]:
    world.settle()
    return [(row.achieved_on, row.valid_until) for row in compliance.holdings_of(user)]


def test_what_people_hold_comes_in_and_the_rule_gives_the_last_day(carried_out, bls, learner):
    job = carried_out("qualifications", [
        "personnel_number,external_id,qualification,obtained_on,valid until,issuer",
        f"0001,,basic LIFE support,{day(-60)},,", f",hr-1,BLS,{day(-400)},{day(-40)},Red Cross",
        f"0001,,Flying,{day(-60)},,", f"0009,,BLS,{day(-60)},,", f"0001,,BLS,{day(1)},,",
        f"0001,,BLS,{day(-6)},{day(-7)},", "0001,,BLS,3/4/2026,,",
    ])  # fmt: skip
    assert counts(job) == (2, 0, 0, 5)
    assert said(job)[4] == ("refused", "There is no qualification “Flying”.")
    assert said(job)[5] == ("refused", "Nobody here has the personnel number 0009.")
    assert said(job)[6][1].startswith("It cannot have been obtained on a day that is still to come")
    assert said(job)[7] == ("refused", "The last valid day must not be before the day it was obtained.")
    assert said(job)[8][1].startswith("“obtained_on” could be two days")
    [latest, first] = held(learner)
    assert first == (day(-400), day(-40))
    assert latest == (day(-60), compliance.latest_holding(learner.id, bls).valid_until)
    assert latest[1] > day(300)


def test_headings_may_be_dutch_and_the_same_file_twice_changes_nothing(carried_out, bls, learner):
    lines = [*FILE, f"0001;BLS;{day(-60)};{day(90)};Rode Kruis;ok"]
    assert counts(carried_out("qualifications", lines)) == (1, 0, 0, 0)
    assert counts(carried_out("qualifications", lines)) == (0, 0, 1, 0)
    assert held(learner) == [(day(-60), day(90))]


def test_a_trial_says_the_same_and_writes_nothing(app, upload, admin, bls):
    job = upload("qualifications", [*FILE, f"0001;BLS;{day(-60)};;;"])
    transfer.check(job, None, admin)
    work(app)
    assert (counts(job), db.session.scalars(select(Evidence)).all()) == ((1, 0, 0, 0), [])


def test_another_last_day_corrects_it_and_contradicting_rows_are_refused(carried_out, bls, learner):
    carried_out("qualifications", [*FILE, f"0001;BLS;{day(-60)};{day(90)};;"])
    held(learner)
    job = carried_out("qualifications", [
        *FILE, f"0001;BLS;{day(-60)};{day(120)};;", f"0001;BLS;{day(-60)};{day(121)};;",
    ])  # fmt: skip
    assert counts(job) == (0, 1, 0, 1)
    assert said(job)[3][1] == "Row 2 says something else about the same."
    assert held(learner) == [(day(-60), day(120))]


def test_what_is_held_by_a_course_is_not_recorded_again(carried_out, admin, author, learner, bls):
    course = factories.open_course(author)
    fire = world.qualification(admin, "Fire", course)
    world.completed(learner, course, day(-9), author)
    world.settle()
    job = carried_out("qualifications", ["email,qualification,obtained_on", f"{learner.email},{fire.title},{day(-9)}"])
    assert said(job)[2] == ("left", "Held already, by what was done here.")


def test_an_export_of_what_people_hold_can_be_imported_and_changes_nothing(app, carried_out, admin, bls, learner):
    carried_out("qualifications", [*FILE, f"0001;BLS;{day(-60)};{day(90)};;"])
    held(learner)
    content = b"".join(transfer.stream(transfer.exported("holdings", admin), "csv", admin))
    job = transfer.upload("qualifications", "x", [content], admin, 1_000_000)
    transfer.check(job, None, admin)
    work(app)
    assert counts(job) == (0, 0, 1, 0), said(job)


def test_it_is_undone_and_what_was_revoked_since_stays(carried_out, app, admin, bls, learner):
    carried_out("qualifications", [*FILE, f"0001;BLS;{day(-500)};{day(-200)};;"])
    job = carried_out("qualifications", [
        *FILE, f"0001;BLS;{day(-500)};{day(-210)};;", f"0001;BLS;{day(-60)};;;", f"0001;BLS;{day(-30)};;;",
    ])  # fmt: skip
    world.settle()
    newest = compliance.holdings_of(learner)[0]
    compliance.revoke(newest, day(-1), "Forged", admin)
    transfer.undo(job, admin)
    work(app)
    assert (job.state, said(job)[4][1]) == ("undone", "Stays: something was built on it since.")
    assert held(learner) == [(day(-30), newest.valid_until), (day(-500), day(-200))]
    assert db.session.scalars(select(Holding.achieved_on).where(Holding.withdrawn)).all() == [day(-60)]


def test_nobody_is_told(carried_out, bls, learner):
    carried_out("qualifications", [*FILE, f"0001;BLS;{day(-60)};;;"])
    deliver(EventCenter.subscribers["notifications"], list(db.session.scalars(select(Change.id))))
    assert db.session.scalars(select(Mail)).all() == db.session.scalars(select(Notification)).all() == []


def test_after_a_kill_it_goes_on_where_it_was(app, upload, admin, bls, learner):
    pace = Pace(rows=2, seconds=-1)  # as if killed after each two
    job = upload("qualifications", [
        *FILE, *(f"0001;BLS;{day(-number)};;;" for number in (50, 40, 30)), f"0001;BLS;{day(-50)};{day(9)};;",
    ])  # fmt: skip
    transfer.check(job, None, admin)
    work(app, pace)
    transfer.start(job, admin, tell=False)
    work(app, pace)
    assert (job.state, counts(job)) == ("done", (3, 0, 0, 1))
    assert said(job)[5] == ("refused", "Row 2 says something else about the same.")

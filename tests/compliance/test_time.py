"""What time changes, what was known when, what concerns many, and what a page costs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms import accounts, compliance, courses, results
from lms.accounts import DepartmentAttrs
from lms.compliance import DailyTally, Status, daily, sweeps
from lms.compliance.models import Sweep
from lms.db import db, utcnow
from lms.errors import Conflict
from lms.results import Outcome
from tests import factories
from tests.compliance.world import (
    TODAY,
    completed,
    completed_on,
    day,
    differences,
    move,
    qualification,
    requirement,
    settle,
    states,
)  # fmt: skip


@pytest.fixture
def held(admin, learner, author):
    """A qualification for a year, with a month of grace, that the learner obtained 100 days ago; required of all."""
    learner.created_at = utcnow() - timedelta(days=300)
    db.session.commit()
    course = factories.open_course(author, subjects=1)
    bls = qualification(admin, "BLS", course, counting="completion", period="1 years", grace="30 days")
    requirement(admin, bls)
    enrollment = completed(learner, course, day(-100), admin)
    settle()
    return bls, course, enrollment


def state_as_of(user, offset, known_at=None):
    """The one state of a person on a day."""
    rows = list(compliance.as_of(user.organization_id, day(offset), known_at, compliance.Scope(user_id=user.id)))
    db.session.rollback()
    return rows[0].state if rows else None


def test_statuses_move_when_their_day_comes_and_only_those(held, learner, admin, statements):
    learner_id, organization_id = learner.id, learner.organization_id
    for offset, state in ((265 - 61, "compliant"), (265 - 60, "expiring"), (266, "in_grace"), (296, "expired")):
        daily.move(organization_id, day(offset))
        assert states(learner)["BLS"] == state, offset
    statements.clear()
    assert daily.move(organization_id, day(297)) == 0
    assert not any("UPDATE statuses" in one or "INSERT INTO statuses" in one for one in statements)
    assert db.session.scalar(select(Status.since).where(Status.user_id == learner_id)) == day(296)


def test_a_requirement_to_come_shows_on_its_day(admin, learner):
    bls = qualification(admin)
    requirement(admin, bls, starts_on=day(30))
    settle()
    assert states(learner) == {}
    daily.move(admin.organization_id, day(29))
    assert states(learner) == {}
    daily.move(admin.organization_id, day(30))
    assert states(learner) == {"BLS": "missing"}


def test_a_day_is_counted_once_however_often_it_is_run(held, admin):
    organization_id = admin.organization_id
    for _ in range(3):
        daily.move(organization_id, TODAY)
    counts = compliance.trend(organization_id, 7, TODAY)
    assert counts == [(TODAY, "compliant", 1), (TODAY, "missing", 2)]
    assert db.session.scalar(select(func.count()).select_from(DailyTally)) > 0


def test_what_was_known_then_stays_and_what_is_known_now_changes(held, learner, admin):
    _bls, _course, enrollment = held
    then = utcnow()
    assert state_as_of(learner, -50, then) == "compliant"
    completed_on(enrollment, day(-10), admin)
    settle()
    assert state_as_of(learner, -50, then) == "compliant"
    assert state_as_of(learner, -50) == "missing"
    assert state_as_of(learner, -5) == "compliant"


def test_who_will_not_be_compliant_if_nobody_does_anything(held, learner, admin):
    organization_id = admin.organization_id
    today = {row.user_id for row in compliance.non_compliant_on(organization_id, TODAY)}
    later = {row.user_id for row in compliance.non_compliant_on(organization_id, day(400))}
    assert learner.id not in today
    assert learner.id in later


def test_where_somebody_turns_out_to_have_been_changes_the_past_as_is_known_now(admin, learner):
    ward = accounts.create_department(DepartmentAttrs(name="Ward"), admin)
    learner.created_at = utcnow() - timedelta(days=300)
    db.session.commit()
    bls = qualification(admin)
    requirement(admin, bls, target="department", department_id=ward.id, starts_on=day(-200))
    settle()
    then = utcnow()
    compliance.correct_place(learner, day(-90), day(-60), ward.id, None, admin)
    settle()
    assert [state_as_of(learner, offset) for offset in (-91, -90, -60, -59)] == [None, "missing", "missing", None]
    assert state_as_of(learner, -80, then) is None
    assert differences(learner) == []


def test_a_department_that_moves_takes_its_people_along(admin, learner):
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    ward = accounts.create_department(DepartmentAttrs(name="Ward"), admin)
    move(learner, admin, department_id=ward.id)
    bls = qualification(admin)
    requirement(admin, bls, target="department", department_id=care.id)
    settle()
    assert states(learner) == {}
    accounts.update_department(ward, DepartmentAttrs(name="Ward", parent_id=care.id), admin)
    settle()
    assert states(learner) == {"BLS": "missing"}
    assert differences(learner) == []


def test_many_people_are_worked_out_chunk_by_chunk_and_going_on_where_it_ended(admin, monkeypatch):
    monkeypatch.setattr(sweeps, "CHUNK", 20)
    for number in range(55):
        factories.user(admin.organization, f"Person {number}")
    bls = qualification(admin)
    requirement(admin, bls)
    monkeypatch.setattr(sweeps, "AT_ONCE", 10)
    sweeps.begin(admin.organization_id, [bls.id], {})
    db.session.commit()
    assert sweeps.run(most=1) == 1
    sweep = db.session.scalars(select(Sweep)).one()
    assert (sweep.done, sweep.finished_at) == (20, None)
    assert db.session.scalar(select(func.count()).select_from(Status)) == 20
    sweeps.run()
    db.session.expire_all()
    assert sweep.finished_at is not None
    assert db.session.scalar(select(func.count()).select_from(Status)) == 56
    assert differences(admin) == []


def test_an_earlier_round_is_only_to_be_read(held, learner, admin):
    _bls, course, first = held
    [second] = courses.start_round(course, [learner.id], admin)
    with pytest.raises(Conflict, match="A newer round"):
        results.record(first, course.subjects[0], Outcome(passed=True), "quiz", admin)
    assert [row.id for row in courses.enrollments_page(course).items] == [second.id]
    assert courses.earlier_rounds(course, [learner.id]) == {learner.id: [first]}
    assert courses.counts([course.id])[course.id] == (1, 1)


def test_who_is_under_way_does_not_begin_anew(held, learner, admin):
    _bls, course, _first = held
    courses.start_round(course, [learner.id], admin)
    assert courses.start_round(course, [learner.id], admin) == []


def test_a_renewal_opens_with_its_window(admin, learner, author):
    course = factories.open_course(author, subjects=1)
    bls = qualification(admin, "BLS", course, counting="previous", period="1 years", window="1 months")
    completed(learner, course, day(-100), admin)
    settle()
    with pytest.raises(Conflict, match="The renewal opens on"):
        compliance.start_renewal(bls, learner, learner)


def test_a_wider_qualification_counts_and_the_sentence_says_so(admin, learner, author):
    course = factories.open_course(author, subjects=1, title="Advanced")
    bls = qualification(admin, "BLS")
    middle = qualification(admin, "ILS", includes=[bls.id])
    qualification(admin, "ALS", course, includes=[middle.id])
    requirement(admin, bls)
    completed(learner, course, day(-3), admin)
    settle()
    assert states(learner)["BLS"] == "compliant"
    [status] = [row for row in compliance.statuses_of(learner) if row.qualification.title == "BLS"]
    key, params = compliance.explain(status)
    assert (key, params["source"]) == (
        "compliant_for_good", ("included", {"other": ("courses", {"title": "Advanced"}), "qualification": "ALS"})
    )  # fmt: skip
    assert differences(learner) == []


def test_a_matrix_runs_the_same_number_of_statements_whatever_its_size(held, admin, statements):
    def visit() -> int:
        db.session.rollback()
        statements.clear()
        matrix = compliance.team_matrix(admin)
        assert matrix.cells
        return len(statements)

    few = visit()
    for number in range(20):
        factories.user(admin.organization, f"Person {number}")
        requirement(admin, qualification(admin, f"Qualification {number}"))
    settle()
    assert visit() == few

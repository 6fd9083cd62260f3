"""Results in, from statements of others."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from lms import courses, lrs, results
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.lrs import ActivityAttrs, ConnectionAttrs, LrsStatement
from lms.results import Outcome, Result
from tests import factories
from tests.lrs.server import SECRET, USER, as_text

DRILL = "https://vr.example/fire-drill"


@pytest.fixture
def course(author):
    return factories.open_course(author, 2, "Fire safety")


@pytest.fixture
def enrollment(course, learner, author):
    return courses.enroll(course, [learner.id], author)[0]


@pytest.fixture
def mapped(course, admin):
    return lrs.map_activity(ActivityAttrs(activity=DRILL, subject_id=course.subjects[0].id), admin)


def by_account(name):
    return {"objectType": "Agent", "account": {"homePage": "https://hr.example", "name": name}}


def by_mail(user):
    return {"mbox": f"mailto:{user.email.title()}"}


def said(actor, verb="passed", activity=DRILL, **result):
    return {
        "id": str(uuid4()), "actor": actor, "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": activity}, "result": result, "timestamp": "2026-03-01T10:00:00Z",
    }  # fmt: skip


def read(connection):
    lrs.read_one(connection.id)
    db.session.expire_all()
    return list(db.session.scalars(select(Result)))


def reasons():
    return [row.reason for row in db.session.scalars(select(LrsStatement).order_by(LrsStatement.id))]


def test_a_statement_about_our_person_and_our_subject_is_a_result(store, connection, enrollment, mapped, learner):
    store.keep(said(by_mail(learner), score={"scaled": 0.75}, duration="PT2M"))
    (result,) = read(connection)
    assert (result.enrollment_id, result.subject_id) == (enrollment.id, mapped.subject_id)
    assert (result.passed, result.score, result.seconds, result.source) == (True, 75, 120, "xapi")
    assert as_text(result.finished_at) == "2026-03-01T10:00:00.000Z"
    row = db.session.scalars(select(LrsStatement)).one()
    assert (row.result_id, row.endpoint, row.statement_id) == (result.id, store.endpoint, store.sent()[0]["id"])


@pytest.mark.parametrize("field", ["external_id", "personnel_number", "email"])
def test_an_accounts_name_is_an_id_a_number_or_an_address(store, connection, enrollment, mapped, learner, field):
    learner.external_id, learner.personnel_number = "E-1", "0012"
    db.session.commit()
    store.keep(said(by_account(getattr(learner, field))))
    assert len(read(connection)) == 1


@pytest.mark.parametrize(
    ("verb", "result", "passed"),
    [("passed", {}, True), ("failed", {"score": {"raw": 3, "min": 0, "max": 10}}, False), ("completed", {}, True),
     ("completed", {"success": False}, False)],
)  # fmt: skip
def test_verbs(store, connection, enrollment, mapped, learner, verb, result, passed):
    store.keep(said(by_mail(learner), verb, **result))
    assert [row.passed for row in read(connection)] == [passed]


def test_the_best_outcome_counts(store, connection, enrollment, mapped, learner):
    for verb, score in (("failed", 0.3), ("passed", 0.9), ("passed", 0.8)):
        store.keep(said(by_mail(learner), verb, score={"scaled": score}))
    assert [(row.passed, row.score) for row in read(connection)] == [(True, 90)]
    assert reasons() == ["", "", "A better result stands."]


def test_the_same_statement_twice_changes_nothing(store, connection, enrollment, mapped, learner):
    store.keep(said(by_mail(learner)))
    (first,) = read(connection)
    changed = first.updated_at
    connection.read_until = None
    db.session.commit()
    assert [row.updated_at for row in read(connection)] == [changed]
    assert len(reasons()) == 1


def test_what_cannot_be_taken_over_is_listed_with_its_reason(
    store, connection, enrollment, mapped, learner, admin, author
):
    learner.external_id, author.personnel_number = "7", "7"
    db.session.commit()
    for actor, activity in (
        (by_mail(learner), "https://vr.example/other"), (by_account("nobody"), DRILL), (by_mail(admin), DRILL),
        (by_account("7"), DRILL), ({"objectType": "Group", "member": []}, DRILL),
    ):  # fmt: skip
        store.keep(said(actor, activity=activity))
    assert read(connection) == []
    assert reasons() == [
        "This activity is none of our subjects.",
        "Nobody here has this id, number or address.",
        "This person is not in the course.",
        "This id, number or address belongs to several people.",
        "It does not name a person by an account or a mail address.",
    ]
    assert lrs.unmapped(admin) == [("https://vr.example/other", 1)]
    assert lrs.refused_page(admin).total == 5


def test_once_the_reason_is_gone_it_is_taken_over(store, connection, enrollment, learner, course, admin):
    store.keep(said(by_mail(learner)))
    assert read(connection) == []
    assert lrs.take_again(admin) == 0
    lrs.map_activity(ActivityAttrs(activity=DRILL, subject_id=course.subjects[0].id), admin)
    assert lrs.take_again(admin) == 1
    assert db.session.scalars(select(Result)).one().passed
    row = db.session.scalars(select(LrsStatement)).one()
    assert (row.outcome, row.body, row.actor) == ("taken", None, "")


def test_other_statements_and_our_own_are_passed_over(store, connection, enrollment, mapped, learner):
    store.keep(said(by_mail(learner), "experienced"))
    store.keep(said(by_mail(learner), activity="https://lms.example/courses/1/subjects/1"))
    store.keep({**said(by_mail(learner)), "object": {"objectType": "StatementRef", "id": str(uuid4())}})
    store.keep({**said(by_mail(learner)), "verb": "passed", "result": "NUL \0 and \ud800"})
    assert (read(connection), reasons()) == ([], [])


def test_a_result_that_came_in_does_not_go_out_again(store, connection, enrollment, mapped, learner):
    store.keep(said(by_mail(learner)))
    read(connection)
    db.session.commit()
    deliver(EventCenter.subscribers["xapi"], list(db.session.scalars(select(Change.id))))
    assert [call for call in store.calls if not call.startswith("GET")] == []


def test_pages_are_followed_and_the_next_time_only_what_is_new_is_asked_for(store, connection, enrollment, mapped):
    store.page = 2
    for number in range(5):
        store.keep(said(by_account(str(number))), same_moment=number > 2)
    read(connection)
    assert (len(reasons()), len(store.calls)) == (5, 3)
    assert as_text(connection.read_until) == store.sent()[-1]["stored"]
    store.keep(said(by_account("late"), activity="https://vr.example/x"), same_moment=True)
    store.clock += timedelta(seconds=5)
    store.keep(said(by_account("next")))
    read(connection)
    assert len(reasons()) == 7
    assert "since=" in store.calls[3]


def test_a_statement_that_the_store_shows_late_is_not_missed(store, connection, enrollment, mapped):
    store.keep(said(by_account("1")))
    early = store.clock
    store.clock += timedelta(minutes=5)
    store.keep(said(by_account("2")))
    store.complete_until = early
    read(connection)
    assert connection.read_until == early.replace(microsecond=early.microsecond // 1000 * 1000)
    last = store.clock
    store.clock = early + timedelta(minutes=1)
    store.keep(said(by_account("late")))
    store.complete_until = last
    read(connection)
    assert len(reasons()) == 3


def test_a_page_whose_address_has_lapsed_is_asked_for_anew(store, connection, enrollment, mapped):
    store.page, store.forgets_pages = 2, True
    for number in range(3):
        store.keep(said(by_account(str(number))))
    read(connection)
    assert (len(reasons()), connection.read_error) == (2, "It answers 404.")
    read(connection)
    assert len(reasons()) == 3


def test_results_and_the_place_in_the_list_are_written_together(store, connection, enrollment, mapped, learner):
    store.keep(said(by_mail(learner)))
    event.listen(LrsStatement, "before_insert", _killed)
    with pytest.raises(KeyboardInterrupt):
        lrs.read_one(connection.id)
    event.remove(LrsStatement, "before_insert", _killed)
    db.session.rollback()
    db.session.expire_all()
    assert (connection.read_until, reasons(), db.session.scalar(select(Result))) == (None, [], None)
    assert len(read(connection)) == 1


def _killed(*args, **kwargs):
    raise KeyboardInterrupt


def test_a_store_that_does_not_answer_keeps_no_other_one_waiting(
    store, connection, enrollment, mapped, learner, stranger
):
    attrs = {"username": USER, "secret": SECRET, "reads": True}
    other = lrs.save_connection(ConnectionAttrs(endpoint="http://127.0.0.1:9/xapi", **attrs), stranger)
    store.keep(said(by_mail(learner)))
    lrs.read_all()
    db.session.expire_all()
    assert db.session.scalars(select(Result)).one().passed
    assert "does not answer" in other.read_error


def test_another_store_is_read_from_its_beginning(store, connection, admin):
    store.keep(said(by_account("1")))
    read(connection)
    assert connection.read_until is not None
    attrs = ConnectionAttrs(endpoint=f"{store.endpoint}/2", username=USER, secret=SECRET, reads=True)
    lrs.save_connection(attrs, admin)
    assert connection.read_until is None


def test_what_was_refused_long_ago_is_forgotten(store, connection, enrollment, mapped):
    store.keep(said(by_account("1")))
    read(connection)
    db.session.scalars(select(LrsStatement)).one().created_at = utcnow() - timedelta(days=91)
    db.session.commit()
    lrs.read_all()
    assert reasons() == []


def test_a_better_result_of_ours_stands(store, connection, enrollment, mapped, learner):
    results.record(enrollment, mapped.subject, Outcome(True, 100), "quiz", None)
    store.keep(said(by_mail(learner), score={"scaled": 0.5}))
    assert [(row.score, row.source) for row in read(connection)] == [(100, "quiz")]

"""Results out, as statements."""

import pytest
from sqlalchemy import select

from lms import courses, lrs, results
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.lrs import ConnectionAttrs
from lms.lrs.sending import Down
from lms.results import Outcome
from tests import factories
from tests.lrs.server import SECRET, USER


@pytest.fixture
def course(author):
    return factories.open_course(author, 2, "Lifting")


@pytest.fixture
def enrollment(course, learner, author):
    return courses.enroll(course, [learner.id], author)[0]


def deliver_all():
    db.session.commit()
    outcome = deliver(EventCenter.subscribers["xapi"], list(db.session.scalars(select(Change.id))))
    db.session.expire_all()
    return outcome


def record(enrollment, outcome, place=0, source="quiz"):
    return results.record(enrollment, enrollment.course.subjects[place], outcome, source, None)


def test_a_result_becomes_a_statement(store, connection, enrollment, learner):
    learner.external_id = "E-12"
    result = record(enrollment, Outcome(True, 85, 90))
    deliver_all()
    (said,) = store.sent()
    assert said["actor"] == {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "E-12"}}
    assert said["verb"]["id"] == "http://adlnet.gov/expapi/verbs/passed"
    assert said["object"]["id"] == f"https://lms.example/courses/{result.course_id}/subjects/{result.subject_id}"
    assert said["object"]["definition"]["name"] == {"en": "Subject 1"}
    assert said["result"] == {
        "success": True, "completion": True, "score": {"scaled": 0.85}, "duration": "PT0H1M30S",
    }  # fmt: skip
    assert said["context"]["contextActivities"]["parent"][0]["definition"]["name"] == {"en": "Lifting"}
    assert learner.name not in str(said)
    assert connection.sent_at is not None


def test_what_was_not_scored_is_completed_and_what_was_not_passed_failed(store, connection, enrollment):
    record(enrollment, Outcome(True), 0, "learner")
    record(enrollment, Outcome(False, 20), 1)
    deliver_all()
    assert [said["verb"]["display"]["en"] for said in store.sent()] == ["completed", "failed"]
    assert store.sent()[1]["result"] == {"success": False, "score": {"scaled": 0.2}}


def test_people_can_be_named_by_their_mail_address(store, connection, enrollment, admin, learner):
    attrs = ConnectionAttrs(endpoint=store.endpoint, username=USER, sends=True, actor="mbox")
    lrs.save_connection(attrs, admin)
    record(enrollment, Outcome(True))
    deliver_all()
    assert store.sent()[0]["actor"] == {"objectType": "Agent", "mbox": f"mailto:{learner.email}"}


def test_a_better_result_is_told_too(store, connection, enrollment):
    record(enrollment, Outcome(False, 20))
    record(enrollment, Outcome(True, 90))
    deliver_all()
    assert [said["result"]["score"]["scaled"] for said in store.sent()] == [0.2, 0.9]


def test_the_same_change_sent_twice_is_one_statement(store, connection, enrollment, learner):
    record(enrollment, Outcome(True))
    (change,) = db.session.scalars(select(Change).where(Change.object_type == "Result"))
    EventCenter.subscribers["xapi"].handle([change])
    EventCenter.subscribers["xapi"].handle([change])
    learner.email = "new@harbour.example"
    db.session.commit()
    EventCenter.subscribers["xapi"].handle([change])
    assert (len(store.sent()), len(store.calls)) == (1, 4)


def test_while_the_store_does_not_answer_all_wait_and_its_words_are_on_the_page(store, connection, enrollment):
    record(enrollment, Outcome(True))
    store.says = 503
    outcome = deliver_all()
    assert (len(outcome.waiting), connection.send_error) == (1, 'It answers 503. "Not today"')
    record(enrollment, Outcome(True), 1)
    calls = len(store.calls)
    assert len(deliver_all().waiting) == 1
    assert len(store.calls) == calls
    store.says = 0
    Down.until.clear()
    EventCenter.subscribers["xapi"].handle(
        db.session.scalars(select(Change).where(Change.object_type == "Result")).all()
    )
    db.session.expire_all()
    assert (len(store.sent()), connection.send_error) == (2, "")


def test_a_wrong_secret_blames_no_change(store, connection, enrollment, admin):
    lrs.save_connection(ConnectionAttrs(endpoint=store.endpoint, username=USER, secret="x", sends=True), admin)
    record(enrollment, Outcome(True))
    deliver_all()
    assert "does not accept key and secret" in connection.send_error


def test_one_organizations_store_is_no_other_organizations_trouble(store, connection, enrollment, stranger):
    lrs.save_connection(
        ConnectionAttrs(endpoint="http://127.0.0.1:9/xapi", username=USER, secret=SECRET, sends=True), stranger
    )
    theirs = factories.open_course(stranger, 1)
    elsewhere = courses.enroll(theirs, [stranger.id], stranger)[0]
    record(elsewhere, Outcome(True))
    record(enrollment, Outcome(True))
    outcome = deliver_all()
    assert len(outcome.waiting) == 1
    assert [said["object"]["definition"]["name"]["en"] for said in store.sent()] == ["Subject 1"]
    assert db.session.get(Change, outcome.waiting[0]).organization_id == stranger.organization_id


def test_without_a_connection_or_with_sending_off_nothing_is_sent(store, enrollment, admin):
    record(enrollment, Outcome(True))
    assert not deliver_all().waiting
    lrs.save_connection(ConnectionAttrs(endpoint=store.endpoint, username=USER, secret=SECRET, reads=True), admin)
    record(enrollment, Outcome(True), 1)
    deliver_all()
    assert store.calls == []


def test_other_changes_are_not_even_heard():
    assert "xapi" not in EventCenter.interested("Course", "created")
    assert "xapi" in EventCenter.interested("Result", "updated")

"""A subscriber that declares it gets the changes of one object in their order, whatever order they arrive in."""

import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from lms import courses
from lms.courses import CourseAttrs
from lms.db import db, on_commit, utcnow
from lms.deliveries import DEAD, WAITING, Dead, Delivery, deliver, discard
from lms.events import Change, Retry, Subscriber
from tests import factories


class Recorder:
    """An ordered subscriber that notes what it handles, and fails as often as it is told to."""

    def __init__(self, **options):
        self.handled: list[int] = []
        self.failing: dict[int, int] = {}
        self.subscriber = Subscriber("recorder", self.handle, ordered=True, **options)

    def handle(self, change):
        if self.failing.get(change.id, 0) > 0:
            self.failing[change.id] -= 1
            raise ValueError(f"not yet {change.id}")
        on_commit(lambda: self.handled.append(change.id))

    def deliver(self, ids):
        return deliver(self.subscriber, ids)

    def make_due(self):
        past = utcnow()
        db.session.execute(update(Delivery).where(Delivery.state == WAITING).values(next_attempt_at=past))
        db.session.commit()


@pytest.fixture
def two(author):
    """Ids of the changes of two courses, four each, taking turns."""
    first, second = factories.course(author, "First"), factories.course(author, "Second")
    for number in range(3):
        for course in (first, second):
            courses.update_course(course, CourseAttrs(title=f"{number}"), author)
    rows = db.session.execute(select(Change.id, Change.object_id).where(Change.object_type == "Course"))
    ids: dict[int, list[int]] = {}
    for id, object_id in sorted(rows):
        ids.setdefault(object_id, []).append(id)
    return list(ids.values())


def test_a_late_arrival_is_handled_first(two):
    recorder = Recorder()
    recorder.deliver([two[0][2]])
    assert recorder.handled == two[0]
    assert recorder.deliver([two[0][0]]).done == []


def test_a_failing_change_holds_up_its_object_and_no_other(two):
    recorder = Recorder()
    recorder.failing = {two[0][1]: 99}
    recorder.deliver(two[0] + two[1])
    assert recorder.handled == [two[0][0], *two[1]]
    recorder.deliver([two[0][3]])
    assert recorder.handled == [two[0][0], *two[1]]
    recorder.failing.clear()
    recorder.make_due()
    recorder.deliver([two[0][1]])
    assert recorder.handled == [two[0][0], *two[1], *two[0][1:]]


def test_what_is_dead_holds_up_its_object_until_it_is_discarded(two):
    recorder = Recorder(retry=Retry(times=0))
    recorder.failing = {two[0][0]: 9}
    assert recorder.deliver(two[0]).dead == [two[0][0]]
    assert recorder.handled == []
    discard(Dead(subscriber="recorder"), "made by a test")
    recorder.deliver([two[0][3]])
    assert recorder.handled == two[0][1:]


def test_what_it_does_not_hear_does_not_hold_it_up(two):
    recorder = Recorder(hears={"Course": {"updated"}})
    recorder.deliver([two[0][3]])
    assert recorder.handled == two[0][1:]


def test_settled_changes_do_not_hold_up_unless_they_failed(two):
    recorder = Recorder()
    db.session.execute(update(Change).where(Change.id.in_(two[0][:2])).values(settled_at=utcnow()))
    row = Delivery(change_id=two[0][1], subscriber="recorder", state=DEAD)
    db.session.add(row)
    db.session.commit()
    recorder.deliver([two[0][3]])
    assert recorder.handled == []
    db.session.delete(row)
    db.session.commit()
    recorder.deliver([two[0][3]])
    assert recorder.handled == two[0][2:]


def test_an_effect_outside_the_database_cannot_be_ordered():
    with pytest.raises(ValueError, match="cannot be ordered"):
        Subscriber("outside", print, ordered=True, outside=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_arrival_and_any_failures_leave_each_object_in_order(two, data):
    db.session.execute(delete(Delivery))
    db.session.commit()
    recorder = Recorder()
    everything = [*two[0], *two[1]]
    recorder.failing = data.draw(st.dictionaries(st.sampled_from(everything), st.integers(1, 2), max_size=3))
    messages = data.draw(st.lists(st.lists(st.sampled_from(everything), min_size=1, max_size=4), max_size=8))
    for message in messages:
        recorder.deliver(message)
        if data.draw(st.booleans()):
            recorder.make_due()
    for _ in range(8):
        recorder.make_due()
        recorder.deliver(everything)
    for changes in two:
        assert [id for id in recorder.handled if id in changes] == changes


def test_workers_at_the_same_time_keep_the_order(app, two):
    handled: list[int] = []

    def handle(change):
        time.sleep(0.002)
        on_commit(lambda: handled.append(change.id))

    subscriber = Subscriber("recorder", handle, ordered=True)

    def work(ids):
        with app.app_context():
            for id in ids:
                deliver(subscriber, [id])

    everything = [*two[0], *two[1]]
    workers = [threading.Thread(target=work, args=(everything[::step],)) for step in (1, -1, 2, -2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for changes in two:
        assert [id for id in handled if id in changes] == changes

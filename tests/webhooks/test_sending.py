"""Sending: tried again for days, each endpoint for itself, switched off when it is gone or fails for long."""

import time
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from lms import webhooks
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.errors import Conflict
from lms.events import Change, EventCenter
from lms.notifications import Mail, Notification
from lms.webhooks import EndpointChanges, WebhookAttempt, WebhookEndpoint
from lms.webhooks.claiming import claim
from lms.webhooks.marking import SCHEDULE
from tests import factories
from tests.webhooks.conftest import hear, messages

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def some(author, endpoint):
    """Makes changes that are heard."""

    def make(number: int = 1) -> None:
        for count in range(number):
            factories.course(author, f"Course {count}")
        hear()

    return make


def attempts() -> list[WebhookAttempt]:
    db.session.expire_all()
    return list(db.session.scalars(select(WebhookAttempt).order_by(WebhookAttempt.id)))


def states() -> list[tuple[str, int]]:
    return [(one.state, one.attempts) for one in messages()]


def test_what_is_sent_is_marked_and_the_answer_is_kept(some, receiver, send):
    receiver.answers = [(202, {"X-Trace": "t1", "Set-Cookie": "session=1"})]
    receiver.body = b"x" * 5000
    some()
    assert send() == 1
    [message] = messages()
    assert (message.state, message.status, message.due_at) == ("sent", 202, None)
    [attempt] = attempts()
    assert (attempt.status, attempt.error, len(attempt.body)) == (202, None, 2000)
    assert attempt.headers["X-Trace"] == "t1"
    assert "Set-Cookie" not in attempt.headers
    assert attempt.request_headers["webhook-id"] == message.uid
    assert attempt.milliseconds >= 0
    assert send() == 0


def test_a_failure_is_tried_again_on_the_schedule_with_the_same_id(some, receiver, send):
    receiver.answers = [(500, {}), (200, {})]
    some()
    assert send() == 0
    [message] = messages()
    assert (message.state, message.error) == ("waiting", "The answer was 500 Internal Server Error")
    assert timedelta(seconds=3) < message.due_at - message.created_at < timedelta(seconds=9)
    assert send() == 0
    assert send(timedelta(seconds=10)) == 1
    assert states() == [("sent", 2)]
    first, second = (headers for headers, _body in receiver.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert len({body for _headers, body in receiver.received}) == 1


def test_the_schedule_is_three_days_long_and_then_it_is_over(some, receiver, send):
    receiver.answers = [(500, {})]
    some()
    now, waits = timedelta(0), []
    for _ in range(len(SCHEDULE) + 1):
        send(now)
        [message] = messages()
        if message.due_at:
            waits.append((message.due_at - utcnow() - now) / SCHEDULE[len(waits)])
            now = message.due_at - utcnow() + MINUTE
    assert states() == [("failed", 10)]
    assert all(0.7 < wait < 1.3 for wait in waits)
    assert DAY * 3 < sum(SCHEDULE, timedelta(0)) < DAY * 4
    assert len(receiver.received) == 10


def test_jitter_spreads_what_failed_together(some, receiver, send):
    receiver.answers = [(500, {})]
    some(4)
    send()
    assert len({one.due_at - one.created_at for one in messages() if one.attempts}) > 1


@pytest.mark.parametrize("value", ["7200", "a moment"])
def test_an_endpoint_that_asks_for_a_pause_gets_it_for_all_its_messages(some, receiver, send, value):
    moment = format_datetime(utcnow() + timedelta(hours=2), usegmt=True)
    receiver.answers = [(429, {"Retry-After": moment if value == "a moment" else value}), (200, {})]
    some(3)
    send()
    assert len(receiver.received) == 1
    assert send(HOUR) == 0
    assert send(HOUR * 2 + MINUTE) == 3


def test_nobody_may_ask_for_more_than_a_day(some, receiver, send):
    receiver.answers = [(503, {"Retry-After": "99999999"}), (200, {})]
    some()
    send()
    assert send(DAY + MINUTE) == 1


def test_a_message_that_an_endpoint_chokes_on_does_not_hold_up_the_next(some, receiver, send):
    receiver.answers = [(500, {}), (200, {})]
    some(3)
    assert send() == 2
    assert sorted(states()) == [("sent", 1), ("sent", 1), ("waiting", 1)]


def test_a_slow_endpoint_does_not_hold_up_another(some, receiver, endpoint_for, start_receiver, send):
    receiver.delay = 5
    quick = start_receiver()
    endpoint_for(quick, "Quick")
    some(8)
    start = time.monotonic()
    assert send() == 8
    assert time.monotonic() - start < 3
    assert len(receiver.received) == 1, "after a time-out the others wait: they would time out too"
    slow = [one for one in messages() if one.endpoint.title == "Personnel"]
    assert sorted((one.state, one.attempts) for one in slow) == [("waiting", 0)] * 7 + [("waiting", 1)]
    assert "no answer within 1 seconds" in attempts()[-1].error


def test_an_endpoint_that_drips_gains_nothing(some, receiver, send):
    receiver.drip = 0.05
    some()
    start = time.monotonic()
    assert send() == 0
    assert time.monotonic() - start < 2.5
    assert "no answer within" in attempts()[0].error


def test_one_that_is_down_is_left_alone_for_longer_each_time(some, endpoint, send):
    endpoint.url = "http://127.0.0.1:1/"
    db.session.commit()
    some(30)
    now, rests = timedelta(0), []
    for _ in range(4):
        assert send(now) == 0
        db.session.expire_all()
        rests.append(endpoint.rest_until - utcnow() - now)
        now += rests[-1] + timedelta(seconds=1)
    assert len(attempts()) == 4
    assert all(later > earlier for earlier, later in pairwise(rests))
    assert send(now - timedelta(seconds=30)) == 0


def test_gone_is_switched_off_at_once_and_the_administrators_are_told(some, receiver, endpoint, admin, author, send):
    receiver.answers = [(410, {})]
    some(3)
    send()
    db.session.expire_all()
    assert (endpoint.enabled, endpoint.disabled_because, len(receiver.received)) == (False, "gone", 1)
    assert {state for state, _attempts in states()} <= {"failed", "waiting"}
    send(HOUR)
    assert len(receiver.received) == 1
    deliver(EventCenter.subscribers["notifications"], list(db.session.scalars(select(Change.id))))
    told = select(Mail.user_id).where(Mail.kind == "webhook_switched_off")
    assert db.session.scalars(told).all() == [admin.id]
    note = db.session.scalars(select(Notification).where(Notification.kind == "webhook_switched_off")).one()
    assert note.params["title"] == "Personnel"


def test_what_waited_for_one_that_is_gone_has_failed_and_can_be_sent_again(some, receiver, endpoint, admin, send):
    receiver.answers = [(410, {}), (200, {})]
    some(3)
    send()
    assert {state for state, _attempts in states()} == {"failed"}
    with pytest.raises(Conflict):
        webhooks.replay_failed(endpoint, utcnow() - DAY, admin)
    attrs = EndpointChanges(title=endpoint.title, url=endpoint.url)
    webhooks.update_endpoint(endpoint, attrs, admin)
    assert (endpoint.disabled_because, endpoint.failures) == (None, 0)
    assert webhooks.replay_failed(endpoint, utcnow() - DAY, admin) == 3
    assert send() == 3
    assert {headers["webhook-id"] for headers, _body in receiver.received} == {one.uid for one in messages()}


def test_five_days_of_nothing_but_failures_switch_it_off(some, receiver, endpoint, send):
    receiver.answers = [(500, {})]
    some()
    for day in range(5):
        for _ in range(3):
            db.session.execute(update(webhooks.WebhookMessage).values(due_at=utcnow(), state="waiting", attempts=0))
            db.session.execute(update(WebhookEndpoint).values(rest_until=None))
            db.session.commit()
            send(DAY * day)
    db.session.expire_all()
    assert (endpoint.enabled, endpoint.failures) == (True, 15)
    db.session.execute(update(webhooks.WebhookMessage).values(due_at=utcnow(), state="waiting"))
    db.session.commit()
    send(DAY * 5 + MINUTE)
    db.session.expire_all()
    assert (endpoint.enabled, endpoint.disabled_because) == (False, "failing")
    assert states()[0][0] == "failed"


def test_one_success_in_between_and_it_stays_on(some, receiver, endpoint, send):
    receiver.answers = [(500, {}), (200, {}), (500, {})]
    some()
    send()
    send(DAY)
    some()
    send(DAY * 6)
    db.session.expire_all()
    assert (endpoint.enabled, endpoint.failures) == (True, 1)


def test_what_a_killed_worker_had_in_hand_is_sent_by_another(some, receiver, send):
    some(2)
    assert claim(utcnow(), timedelta(minutes=5), 8, ())
    assert send() == 0
    assert send(timedelta(minutes=6)) == 2
    assert states() == [("sent", 2), ("sent", 2)]


def test_what_one_worker_claimed_no_other_claims(some):
    some(2)
    first, second = (claim(utcnow(), timedelta(minutes=5), 8, ()) for _ in range(2))
    assert (len(first[0].letters), second) == (2, [])


def test_an_endpoint_that_is_removed_takes_its_messages_along(some, endpoint, admin, receiver, send):
    some()
    webhooks.delete_endpoint(endpoint, admin)
    assert (messages(), send(), receiver.received) == ([], 0, [])


def test_a_test_is_sent_and_a_message_can_be_sent_again(endpoint, admin, receiver, send):
    message = webhooks.send_test(endpoint, admin)
    assert send() == 1
    assert b'"lms.webhook.test"' in receiver.received[0][1]
    webhooks.replay(webhooks.find_message(message.id, admin), admin)
    with pytest.raises(Conflict):
        webhooks.replay(webhooks.find_message(message.id, admin), admin)
    assert send() == 1
    assert receiver.received[0][0]["webhook-id"] == receiver.received[1][0]["webhook-id"]


def test_the_log_is_kept_for_a_while_and_then_removed(some, send, receiver):
    some(3)
    send()
    *old, waiting = messages()
    for message in old:
        message.created_at -= DAY * 40
    waiting.created_at, waiting.due_at = utcnow() - DAY * 32, utcnow()
    db.session.commit()
    assert webhooks.forget_old(utcnow() - DAY * 30) == 2
    assert (len(messages()), len(attempts())) == (1, 1)

"""Whatever happens, in whatever order: each committed change has one effect per subscriber, or is dead and visible."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update

from lms.accounts import Organization
from lms.db import db, on_commit, transaction, utcnow
from lms.deliveries import DEAD, DISCARDED, DONE, WAITING, Dead, Delivery, Discard, dead_page, deliver, discard, replay
from lms.deliveries import relay as relay_once
from lms.events import Change, EventCenter, Retry, Subscriber, Unavailable

NAMES = ("single", "batched", "outside", "ordered")


class Failure(Exception):
    """What a handler raises when it is told to."""


class World(RuleBasedStateMachine):
    """Messages lie in `wire`, from where they are taken in any order, twice, or lost."""

    organization: Organization

    def __init__(self):
        super().__init__()
        self.wire: list[tuple[str, tuple[int, ...]]] = []
        self.effects: dict[str, list[int]] = {name: [] for name in NAMES}
        self.failing: dict[tuple[str, int], tuple[int, type[Exception]]] = {}
        retry = Retry(times=2, base=60)
        EventCenter.subscribers = {
            "single": Subscriber("single", lambda change: self.handle("single", [change]), retry=retry),
            "batched": Subscriber("batched", lambda changes: self.handle("batched", changes), batch=True, retry=retry),
            "outside": Subscriber("outside", self.send_out, batch=True, outside=True, retry=retry),
            "ordered": Subscriber(
                "ordered", lambda change: self.handle("ordered", [change]), ordered=True, retry=retry
            ),
        }
        EventCenter.publish = staticmethod(self.publish)
        for table in (Discard, Delivery, Change):
            db.session.execute(delete(table))
        db.session.commit()

    def publish(self, ids):
        self.wire += [(name, tuple(ids)) for name in NAMES]

    def fail_if_told(self, name, changes):
        for change in changes:
            times, error = self.failing.get((name, change.id), (0, Failure))
            if times:
                self.failing[name, change.id] = (times - 1, error)
                raise error(f"{name} {change.id}")

    def handle(self, name, changes):
        ids = [change.id for change in changes]
        on_commit(lambda: self.effects[name].extend(ids))
        self.fail_if_told(name, changes)

    def send_out(self, changes):
        """The effect is first, and a repeat is dropped by who receives it."""
        self.effects["outside"] += [change.id for change in changes if change.id not in self.effects["outside"]]
        self.fail_if_told("outside", changes)

    def some_ids(self):
        return list(db.session.scalars(select(Change.id).order_by(Change.id)))

    @rule(number=st.integers(1, 4), commits=st.booleans())
    def broadcast(self, number, commits):
        try:
            with transaction():
                for _ in range(number):
                    EventCenter.broadcast("created", self.organization, None)
                if not commits:
                    raise Failure
        except Failure:
            pass

    @precondition(lambda self: self.wire)
    @rule(data=st.data(), stays=st.booleans(), is_again=st.booleans())
    def a_message_arrives(self, data, stays, is_again):
        message = data.draw(st.sampled_from(self.wire))
        if not stays:
            self.wire.remove(message)
        name, ids = message
        deliver(EventCenter.subscribers[name], ids, again=ids if is_again else ())

    @precondition(lambda self: self.wire)
    @rule(data=st.data())
    def a_message_is_lost(self, data):
        self.wire.remove(data.draw(st.sampled_from(self.wire)))

    @rule(data=st.data(), name=st.sampled_from(NAMES), times=st.integers(1, 4), is_down=st.booleans())
    def a_handler_will_fail(self, data, name, times, is_down):
        ids = self.some_ids()
        if ids:
            self.failing[name, data.draw(st.sampled_from(ids))] = (times, Unavailable if is_down else Failure)

    @rule()
    def the_relay_runs_after_a_while(self):
        past = utcnow()
        db.session.execute(update(Change).values(due_at=past))
        waiting = update(Delivery).where(Delivery.state == WAITING)
        db.session.execute(waiting.values(next_attempt_at=past, resend_at=past))
        db.session.commit()
        relay_once(lambda name, ids: self.wire.append((name, tuple(ids))))

    @rule(name=st.sampled_from(NAMES))
    def somebody_replays(self, name):
        replay(Dead(subscriber=name))

    @rule(name=st.sampled_from(NAMES))
    def somebody_discards(self, name):
        discard(Dead(subscriber=name), "it will never work")

    @invariant()
    def nothing_is_done_twice(self):
        for name, ids in self.effects.items():
            assert len(ids) == len(set(ids)), name

    def teardown(self):
        """Failures end after a while; what arrives then is everything, or is dead and can be seen."""
        for _ in range(20):
            self.the_relay_runs_after_a_while()
            while self.wire:
                name, ids = self.wire.pop()
                deliver(EventCenter.subscribers[name], ids)
        self.nothing_is_done_twice()
        states = {(row.subscriber, row.change_id): row.state for row in db.session.scalars(select(Delivery))}
        held_up = False
        for name in NAMES:
            for id in self.some_ids():
                state = states.get((name, id))
                held_up = held_up or (name == "ordered" and state == DEAD)
                if state == DONE:
                    assert id in self.effects[name], (name, id)
                elif state in (None, WAITING):
                    # Of one object, in order: what follows a dead change waits for somebody's decision.
                    assert (name, held_up) == ("ordered", True), (name, id)
                else:
                    assert state in (DEAD, DISCARDED), (name, id, state)
                    assert name == "outside" or id not in self.effects[name], (name, id)
        dead = {(delivery.subscriber, change.id) for delivery, change in dead_page(self.admin, Dead(), size=1000).items}
        assert dead == {key for key, state in states.items() if state == DEAD}


def test_any_course_of_events(admin, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EventCenter, "subscribers", {})
    monkeypatch.setattr(EventCenter, "publish", EventCenter.publish)
    World.organization, World.admin = db.session.get_one(Organization, admin.organization_id), admin
    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

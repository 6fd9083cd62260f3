"""What is promised of delivery, shown on RabbitMQ, Redis and Valkey with real workers."""

import json
import os
import signal
import subprocess
import time
from typing import Any

import pytest
from celery import Celery
from kombu import Connection
from sqlalchemy import func, select

from lms import broker
from lms.accounts import Organization
from lms.broker.topology import waiting_in
from lms.db import db, transaction
from lms.deliveries import DEAD, DONE, WAITING, Delivery
from lms.deliveries.delivering import LOSSES
from lms.events import Change, EventCenter, eventually
from lms.origin import Origin, working_for
from tests.workers.conftest import PROBES, Installation, kill
from tests.workers.probe import Effect

pytestmark = pytest.mark.services


def make(*names: str) -> list[int]:
    """Create an organization per name in one transaction, broadcast each, and return the changes' ids."""
    with transaction():
        rows = [Organization(name=name, slug=f"o{time.monotonic_ns()}-{number}") for number, name in enumerate(names)]
        db.session.add_all(rows)
        db.session.flush()
        changes = [EventCenter.broadcast("created", row, None) for row in rows]
    ids = [change.id for change in changes]
    broker.flush()
    return ids


def effects(ids: list[int]) -> dict[str, int]:
    """How many effects each subscriber left of these changes."""
    rows = db.session.execute(
        select(Effect.subscriber, func.count()).where(Effect.change_id.in_(ids)).group_by(Effect.subscriber)
    )
    return {subscriber: number for subscriber, number in rows}


def each(number: int) -> dict[str, int]:
    """`number` effects at every subscriber."""
    return dict.fromkeys(PROBES, number)


def test_one_publish_reaches_all_subscribers_though_no_worker_was_running(installation: Installation):
    ids = make("quiet")
    installation.start_worker()
    eventually(lambda: effects(ids) == each(1), timeout=20)


def test_changes_published_before_any_worker_existed_all_arrive_once(installation: Installation):
    ids = [id for _ in range(30) for id in make("one", "two")]
    installation.start_worker()
    eventually(lambda: effects(ids) == each(60), timeout=30)
    done = db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == DONE))
    assert done == 60 * len(PROBES)


def test_a_rollback_sends_nothing(installation: Installation):
    installation.start_worker()
    with pytest.raises(ZeroDivisionError), transaction():
        row = Organization(name="never", slug="never")
        db.session.add(row)
        EventCenter.broadcast("created", row, None)
        raise ZeroDivisionError
    ids = make("after")
    eventually(lambda: effects(ids) == each(1), timeout=20)
    assert list(db.session.scalars(select(Change.id))) == ids
    assert db.session.scalar(select(func.count()).select_from(Effect)) == len(PROBES)


def test_a_process_killed_between_commit_and_publish_still_delivers(installation: Installation):
    died = installation.run(
        "import os, signal\n"
        "from tests.workers import test_promises as t\n"
        "from tests.workers.probe import probe_app\n"
        "from lms.events import EventCenter\n"
        "app = probe_app()\n"
        "EventCenter.publish = lambda ids: os.kill(os.getpid(), signal.SIGKILL)\n"
        "with app.app_context():\n"
        "    t.make('orphan')\n"
    )
    assert died.returncode == -9
    ids = list(db.session.scalars(select(Change.id)))
    assert len(ids) == 1
    installation.start_worker()
    installation.start_beat()
    eventually(lambda: effects(ids) == each(1), timeout=30)


@pytest.mark.parametrize("victim", ["worker", "child"])
def test_a_worker_killed_in_a_handler_causes_neither_loss_nor_a_second_effect(installation: Installation, victim: str):
    installation.start_beat()
    worker = installation.start_worker(concurrency=1)
    ids = make("slow")
    eventually(lambda: installation.runs("slow", ids[0]) == 1, timeout=20)
    if victim == "worker":
        kill(worker)
        installation.start_worker()
    else:
        children = subprocess.run(
            ["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        os.kill(int(children[0]), signal.SIGKILL)
    eventually(lambda: effects(ids) == each(1), timeout=40)
    assert installation.runs("slow", ids[0]) == 2


def test_one_subscriber_failing_three_times_runs_four_times_and_the_others_once(installation: Installation):
    installation.start_worker()
    ids = make("fail 3")
    eventually(lambda: effects(ids) == each(1), timeout=40)
    assert [installation.runs(name, ids[0]) for name in PROBES] == [1, 1, 4, 1]
    delivery = db.session.get_one(Delivery, (ids[0], "flaky"))
    assert (delivery.state, delivery.attempts) == (DONE, 4)


def test_a_poison_change_does_not_hold_up_its_batch(installation: Installation):
    ids = make("good", "poison", "also good")
    installation.start_worker()
    eventually(lambda: effects([ids[0], ids[2]]) == each(2), timeout=20)
    waiting = eventually(lambda: db.session.get(Delivery, (ids[1], "flaky")), timeout=10)
    assert waiting.error == "RuntimeError: as the name wished"


def test_a_change_that_ends_every_process_is_dead_in_the_end(installation: Installation):
    ids = make("good", "deadly", "also good")
    installation.start_beat()
    installation.start_worker(concurrency=1)
    dead = eventually(lambda: db.session.scalars(select(Delivery).where(Delivery.state == DEAD)).first(), timeout=60)
    assert (dead.change_id, dead.subscriber) == (ids[1], "slow")
    assert dead.error == "The worker process ended while this was handled."
    eventually(lambda: effects([ids[0], ids[2]]) == each(2), timeout=30)
    assert installation.runs("slow", ids[1]) >= LOSSES


def test_a_subscriber_that_is_stopped_holds_up_no_other_and_catches_up(installation: Installation):
    others = [name for name in PROBES if name != "steady"]
    installation.start_worker(queues=[f"lms.{name}" for name in others])
    ids = [id for number in range(20) for id in make(f"number {number}")]
    eventually(lambda: effects(ids) == dict.fromkeys(others, 20), timeout=30)
    assert effects(ids).get("steady") is None
    installation.start_worker(queues=["lms.steady"])
    eventually(lambda: effects(ids) == each(20), timeout=30)


def test_what_is_sent_again_waits_in_the_queue_of_its_own_subscriber(installation: Installation):
    others = [name for name in PROBES if name != "steady"]
    installation.start_beat()
    installation.start_worker(queues=["lms.tasks", *(f"lms.{name}" for name in others)])
    ids = make("sent again")
    for _look in range(2):
        due = db.session.get_one(Change, ids[0]).due_at
        eventually(lambda due=due: db.session.get_one(Change, ids[0], populate_existing=True).due_at > due, timeout=30)
    assert effects(ids) == dict.fromkeys(others, 1)
    installation.start_worker(queues=["lms.steady"])
    eventually(lambda: effects(ids) == each(1), timeout=30)


def test_a_broker_says_how_much_waits_in_a_queue(installation: Installation):
    with Connection(installation.environment["BROKER_URL"]) as connection:
        assert waiting_in(connection, "lms.nobody") == 0
        make("one")
        make("two")
        eventually(lambda: waiting_in(connection, "lms.steady") == 2)


def test_a_worker_told_to_stop_finishes_what_it_holds(installation: Installation):
    worker = installation.start_worker(concurrency=1, queues=["lms.slow"])
    ids = make("slow")
    eventually(lambda: installation.runs("slow", ids[0]) == 1, timeout=20)
    worker.terminate()
    assert worker.wait(30) == 0
    assert effects(ids) == {"slow": 1}


def test_a_handler_that_takes_too_long_is_stopped_and_tried_again_later(installation: Installation):
    installation.start_worker()
    ids = make("endless")
    waiting = eventually(lambda: db.session.get(Delivery, (ids[0], "slow")), timeout=30)
    assert (waiting.state, waiting.attempts) == (WAITING, 1)
    assert waiting.error.startswith("SoftTimeLimitExceeded")
    eventually(lambda: effects(ids) == {"steady": 1, "batched": 1, "flaky": 1})


def test_a_subscriber_with_a_rate_keeps_it_and_the_others_do_not_wait(installation: Installation):
    installation.start_worker()
    ids = [id for number in range(20) for id in make(f"number {number}")]
    eventually(lambda: effects(ids) == each(20), timeout=30)
    ends = select(Delivery.subscriber, func.min(Delivery.updated_at), func.max(Delivery.updated_at))
    rows = db.session.execute(ends.where(Delivery.change_id.in_(ids)).group_by(Delivery.subscriber))
    assert {name: last - first for name, first, last in rows}["flaky"].total_seconds() > 1.5


def test_one_request_id_leads_from_the_page_to_every_subscribers_log_line(installation: Installation):
    installation.environment["LOG_JSON"] = "1"
    installation.start_worker()
    with working_for(Origin("fromapage", "192.0.2.1", "web")):
        ids = make("traced")
    eventually(lambda: effects(ids) == each(1), timeout=20)
    eventually(lambda: {line["subscriber"] for line in logged(installation, "fromapage")} >= set(PROBES), timeout=5)


def logged(installation: Installation, request_id: str) -> list[dict[str, Any]]:
    """The workers' log lines about deliveries for this request."""
    logs = [log.read_text() for log in installation.folder.glob("worker-*.log")]
    lines = [json.loads(line) for log in logs for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "delivered" and request_id in line["request_ids"]]


@pytest.mark.parametrize("installation", ["redis"], indirect=True)
def test_a_worker_that_has_gone_deaf_ends_so_that_another_takes_its_place(installation: Installation):
    installation.environment["WORKER_SILENCE"] = "3"
    worker = installation.start_worker()
    Celery(broker=installation.environment["BROKER_URL"]).control.broadcast("deafen")
    time.sleep(1)  # for the command, which is not answered
    ids = make("unheard")
    assert worker.wait(30) is not None
    assert effects(ids) == {}
    installation.start_worker()
    eventually(lambda: effects(ids) == each(1), timeout=20)


@pytest.mark.parametrize("installation", ["valkey"], indirect=True)
def test_a_worker_without_work_stays(installation: Installation):
    installation.environment["WORKER_SILENCE"] = "1"
    worker = installation.start_worker()
    time.sleep(4)  # several times its patience
    assert worker.poll() is None

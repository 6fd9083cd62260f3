"""Many processes at once: never too many, the order kept, every promotion told and mailed once; no double booking."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import classroom, create_app
from lms.classroom import EventAttrs, RoomAttrs, SessionAttrs
from lms.config import ROOT
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.errors import Invalid
from lms.events import Change, EventCenter
from lms.notifications import Mail
from lms.registrations import Registration
from tests import factories, services

PLACES = 20


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def crowded(request, tmp_path) -> Iterator:
    """An application on a database of its own that other processes open too, and the sizes of the crowd."""
    if request.param == "sqlite":
        app = create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'c.sqlite3'}", BROKER_URL=None)
        yield from _made(app, people=60, processes=4)
    else:
        with services.own_database() as url:
            uri = url.replace("postgresql://", "postgresql+psycopg://", 1)
            yield from _made(create_app(SQLALCHEMY_DATABASE_URI=uri, BROKER_URL=None), people=200, processes=8)


def _made(app, people, processes):
    with app.app_context():
        db.create_all()
        organization = factories.organization("Crowd")
        for number in range(people):
            factories.user(organization, f"Visitor {number}")
        yield app, factories.user(organization, "Paula Planner", "author"), processes
        db.session.remove()
        db.engine.dispose()


def run_crowd(event_ids: list[int], processes: int, seed: int) -> None:
    url = db.engine.url.render_as_string(hide_password=False)
    ids = ",".join(map(str, event_ids))
    crowd = subprocess.run(
        [sys.executable, "-m", "tests.registrations.crowd", url, ids, str(processes), str(seed)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert crowd.returncode == 0, crowd.stderr[-4000:]


def story(event_id: int) -> list[Change]:
    """Every change of the registrations of an event, in the order in which they happened.

    They happen under the lock of the event, and a transaction takes its ids before it lets go of the lock.
    """
    changes = db.session.scalars(select(Change).where(Change.object_type == "Registration").order_by(Change.id))
    return [change for change in changes if change.state["event_id"] == event_id]


def test_200_people_20_places_8_processes_and_random_cancels(crowded):
    _app, author, processes = crowded
    starts_at = utcnow() + timedelta(days=7)
    attrs = EventAttrs(title="Popular", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), capacity=PLACES)
    event = classroom.create_event(attrs, author)
    run_crowd([event.id], processes, seed=1)
    db.session.expire_all()

    placed: set[int] = set()
    queue: list[int] = []
    promotions: list[Change] = []
    for change in story(event.id):
        id, before, now = change.object_id, (change.before or {}).get("state"), change.state["state"]
        if now == "waiting":
            assert len(placed) == PLACES or queue, "somebody waits although there is a place"
            queue.append(id)
        elif now == "registered":
            if before == "waiting":
                assert queue.pop(0) == id, "not the first in the list got the place"
                promotions.append(change)
            else:
                assert not queue, "somebody came past the waiting list"
            placed.add(id)
        elif before == "waiting":
            queue.remove(id)
        else:
            placed.remove(id)
        assert len(placed) <= PLACES
    assert len(promotions) >= 5
    rows = db.session.scalars(select(Registration).where(Registration.state.in_(("registered", "waiting")))).all()
    assert {row.id for row in rows if row.state == "registered"} == placed
    assert [row.id for row in sorted(rows, key=lambda row: row.number) if row.state == "waiting"] == queue
    assert not queue or len(placed) == PLACES

    _deliver_twice()
    mailed = db.session.scalars(select(Mail.change_id).where(Mail.kind == "promoted")).all()
    assert sorted(mailed) == sorted(change.id for change in promotions)


def _deliver_twice() -> None:
    ids = db.session.scalars(select(Change.id).where(Change.object_type == "Registration").order_by(Change.id)).all()
    for _time in range(2):
        for start in range(0, len(ids), 200):
            assert not deliver(EventCenter.subscribers["notifications"], ids[start : start + 200]).waiting


@pytest.mark.services
def test_events_at_the_same_time_give_nobody_two_places_and_never_wait_for_each_other():
    with services.own_database() as url:
        uri = url.replace("postgresql://", "postgresql+psycopg://", 1)
        app = create_app(SQLALCHEMY_DATABASE_URI=uri, BROKER_URL=None)
        made = _made(app, people=48, processes=4)
        _app, author, processes = next(made)
        starts_at = utcnow() + timedelta(days=7)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        events = [classroom.create_event(EventAttrs(title=f"E{n}", capacity=6, **times), author) for n in range(3)]
        run_crowd([event.id for event in events], processes, seed=2)
        db.session.expire_all()
        placed = db.session.scalars(select(Registration.user_id).where(Registration.state == "registered")).all()
        assert len(placed) == len(set(placed)) > 0
        waiting = db.session.scalars(select(Registration.user_id).where(Registration.state == "waiting")).all()
        assert not set(placed) & set(waiting)
        next(made, None)


@pytest.mark.parametrize("what", ["room", "instructor"])
def test_two_planners_at_the_same_moment_do_not_both_get_it(crowded, what):
    app, author, _processes = crowded
    room = classroom.create_room(RoomAttrs(name="Lab"), author)
    author_id, choice = author.id, {"room_id": room.id} if what == "room" else {"instructor_ids": [author.id]}
    starts_at = utcnow() + timedelta(days=7)
    session = SessionAttrs(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **choice)

    def plan(number: int) -> bool:
        with app.app_context():
            planner = db.session.get_one(type(author), author_id)
            try:
                classroom.create_event(EventAttrs(title=f"Number {number}"), planner, [session])
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(plan, range(8))) == [False] * 7 + [True]

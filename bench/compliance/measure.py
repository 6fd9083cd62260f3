"""Measures one size on the database at hand: `python -m bench.compliance.measure PEOPLE`.

It makes its world, says so, and waits: each line that comes in is a number of results to be measured; the end of what
comes in asks for everything else. So the sizes can be measured in turns, and what else the machine does meets all.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from sqlalchemy import event, select

from bench.compliance import rival
from bench.compliance.world import World
from lms import compliance, courses, create_app, proof
from lms.compliance import Status
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.events import Change, EventCenter

SMALL = os.environ.get("BENCH_SMALL") == "1"
TIMES = 5 if SMALL else 60
WARM = 3
"""Runs before those that count."""


def timed(work: Callable[[int], Any], times: int, first: int = 0) -> list[float]:
    """Seconds of each run, after a few that do not count."""
    for number in range(first, first + WARM):
        work(number)
    seconds = []
    for number in range(first + WARM, first + WARM + times):
        start = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - start)
    return seconds


def p95(seconds: list[float]) -> float:
    """Milliseconds that 95 of 100 stay under."""
    return round(quantiles(seconds, n=20)[-1] * 1000, 2)


def statements_of(work: Callable[[], Any]) -> int:
    """How many statements it takes."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


class Measurement:
    """What is done again and again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id = world.organization.id
        self.number = 0

    def prepare(self, times: int) -> list[int]:
        """Results of people, each a change that waits for the subscriber."""
        ids = []
        for number in range(self.number, self.number + times + WARM):
            user = self.world.somebody(number)
            [enrollment] = courses.start_round(self.world.courses[0], [user.id], self.world.admin)
            courses.complete(enrollment, None)
            ids.append(db.session.scalars(select(Change.id).order_by(Change.id.desc()).limit(1)).one())
        db.session.commit()
        return ids

    def results(self, times: int) -> list[float]:
        """From a committed result to the status that everybody sees."""
        ids = self.prepare(times)
        self.number += len(ids)
        subscriber = EventCenter.subscribers["compliance"]

        def one(number: int) -> None:
            outcome = deliver(subscriber, [ids[number]])
            assert outcome.done == [ids[number]], outcome

        return timed(one, times)

    def matrix(self, number: int) -> None:
        """The page of one team."""
        teams = self.world.teams
        found = compliance.team_matrix(self.world.admin, teams[number * 17 % len(teams)])
        statuses = list(found.cells.values())
        assert statuses
        db.session.rollback()

    def dashboard(self, number: int) -> None:
        """All that the page shows: by department, job function and qualification, the heat map, a quarter of trend."""
        assert proof.overview(self.world.admin).departments
        db.session.rollback()

    def as_of(self) -> float:
        """Seconds to read how everybody stood half a year ago, as is known now."""
        start = time.perf_counter()
        rows = sum(1 for _row in compliance.as_of(self.id, self.world.today - timedelta(days=180), utcnow()))
        assert rows
        return time.perf_counter() - start


def agrees(world: World) -> bool:
    """Whether the rival's counts are ours."""
    ours = {
        (row.target_id, row.state): row.number
        for row in compliance.summary(world.organization.id, "department")
        if row.target_id and row.state != "not_required"
    }
    return ours == rival.dashboard(world.organization.id, world.today)


def main() -> None:
    """Make the world and measure; the last line is JSON."""
    people = int(sys.argv[1])
    with create_app(BROKER_URL=None).app_context():
        db.create_all()
        start = time.perf_counter()
        world = World(people)
        made_s = time.perf_counter() - start
        if people <= 1000:
            wrong = list(compliance.check(world.organization.id))
            assert wrong == [], wrong[:5]
        assert agrees(world)
        work = Measurement(world)
        results: list[float] = []
        print("ready", flush=True)
        for line in sys.stdin:
            results += work.results(int(line))
            print("measured", flush=True)
        read = max(3, TIMES // 10)
        rival_dashboard = timed(lambda number: rival.dashboard(work.id, world.today), read)
        teams = world.teams
        rival_matrix = timed(lambda number: rival.matrix(work.id, teams[number % len(teams)], world.today), read)
        dashboard = timed(work.dashboard, TIMES)
        matrix = timed(work.matrix, TIMES)
        print(json.dumps({
            "people": people, "made_s": round(made_s, 1), "statuses": db.session.query(Status).count(),
            "result_p50_ms": round(median(results) * 1000, 2), "result_p95_ms": p95(results),
            "matrix_p95_ms": p95(matrix), "matrix_statements": statements_of(lambda: work.matrix(1)),
            "dashboard_p95_ms": p95(dashboard), "dashboard_statements": statements_of(lambda: work.dashboard(1)),
            "as_of_s": round(work.as_of(), 2),
            "rival_dashboard_ms": round(median(rival_dashboard) * 1000, 2),
            "rival_matrix_ms": round(median(rival_matrix) * 1000, 2),
            "read_ratio": round(median(rival_dashboard) / median(dashboard), 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }))  # fmt: skip
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()

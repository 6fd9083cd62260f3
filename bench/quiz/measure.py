"""The measurement, on the database and broker that the environment names: `python -m bench.quiz.measure`."""

import json
import sys
from statistics import quantiles

from sqlalchemy import func, select

from bench.one_broker import SMALL, started, worker
from bench.quiz.people import DRAWN, application, largest_process, make
from bench.quiz.taking import AT_ONCE, Learner, take_at_once
from lms import config
from lms.db import db
from lms.learning import Answer
from tests.services import free_port

LEARNERS, OTHERS = (20, 20) if SMALL else (1000, 300)
"""With side effects, and without."""
BANK = 500


def measure() -> dict[str, float]:
    """Answers that came in, answers that are missing in the database, and the times of the requests."""
    folder, port = config.instance_folder(), free_port()
    site = ["gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "-w", "2", "bench.site:app"]
    with application() as app:
        learners, others = make(app, (LEARNERS, OTHERS), BANK)
        seconds = 0.0
        with started("site", site, "Booting worker", folder), worker("worker", folder):
            without = _blocks(others)
            every = max(1, LEARNERS // max(1, OTHERS))
            for number, block in enumerate(_blocks(learners)):
                if number % every == 0 and without:
                    take_at_once(without.pop(), port, "nothing")
                seconds += take_at_once(block, port, "broadcast")
            memory = largest_process(port)
        kept = db.session.execute(
            select(Answer.attempt_id, Answer.key, Answer.answer).where(
                Answer.attempt_id.in_([learner.attempt for learner in learners])
            )
        )
        rows = {(attempt, key): answer for attempt, key, answer in kept}
        sent = {(learner.attempt, key): given for learner in learners for key, given in learner.answers.items()}
        lost = sum(rows.get(place) != given for place, given in sent.items()) + LEARNERS * DRAWN - len(sent)
        total = db.session.scalar(select(func.count()).select_from(Answer))
    ours, plain = _times(learners), _times(others)
    again = sum(learner.again for learner in [*learners, *others])
    print(f"quiz: {total} answers in all, {again} requests sent again, "
          f"p95 without side effects {p95(plain):.1f} ms", file=sys.stderr)  # fmt: skip
    return {
        "answers": len(sent),
        "lost": lost,
        "requests_per_s": round(len(ours) / seconds, 1),
        "p95_ms": round(p95(ours), 1),
        "p95_ratio": round(p95(ours) / p95(plain), 3),
        "web_mb": memory,
    }


def _blocks(learners: list[Learner]) -> list[list[Learner]]:
    return [learners[start : start + AT_ONCE] for start in range(0, len(learners), AT_ONCE)]


def _times(learners: list[Learner]) -> list[float]:
    return [taken for learner in learners for taken in learner.times]


def p95(times: list[float]) -> float:
    """The time that one in twenty exceeds."""
    return quantiles(times, n=20)[18]


if __name__ == "__main__":
    print(json.dumps(measure()))

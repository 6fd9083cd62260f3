"""The measurement on one broker, the one that the environment names: `python -m bench.outage.measure`."""

import json
import os
from contextlib import ExitStack
from statistics import median

from bench.contest import PASSWORD, Contest
from bench.one_broker import BLOCK, BLOCKS, p99, site
from bench.outage.brokers import STATES, broker_that_is
from bench.visitor import Visitor
from lms import config
from tests import services


def measure() -> dict[str, float]:
    """Milliseconds at the median and of one in a hundred, for each state of the broker."""
    times: dict[str, list[float]] = {state: [] for state in STATES}
    url = os.environ["BROKER_URL"]
    with Contest() as contest, ExitStack() as stack:
        visitors = {}
        for state in STATES:
            address, port = stack.enter_context(broker_that_is(state, url)), services.free_port()
            folder = config.instance_folder() / state
            folder.mkdir()
            stack.enter_context(site(port, folder, {"BROKER_URL": address, "LMS_INSTANCE": str(folder)}))
            visitors[state] = Visitor(port, contest.author.email, PASSWORD)
        for block in range(BLOCKS + 1):
            for state, visitor in visitors.items():
                # The site has closed it while the others had their turns.
                visitor.connection.close()
                taken = [visitor.add_subject(contest.course.id, contest.content_id) for _ in range(BLOCK)]
                if block > 0:
                    times[state] += taken
    figures = {f"{state}_p50_ms": median(taken) for state, taken in times.items()}
    figures |= {f"{state}_p99_ms": p99(taken) for state, taken in times.items()}
    return {key: round(value, 1) for key, value in figures.items()}


if __name__ == "__main__":
    print(json.dumps(measure()))

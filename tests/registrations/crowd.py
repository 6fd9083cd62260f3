"""Several processes that register people and cancel at random; `python -m tests.registrations.crowd`.

Arguments: database address, ids of the events, how many processes, seed. They fork, so that what they import is
imported once.
"""

import multiprocessing
import sys
from random import Random

from sqlalchemy import select

from lms import create_app, registrations
from lms.accounts import User
from lms.classroom import Event
from lms.db import db
from lms.errors import Conflict
from lms.registrations import OPEN


def main(url: str, event_ids: list[int], process: int, processes: int, seed: int) -> None:
    """Everybody whose turn it is registers for each event; after that half of those who can, cancel."""
    random = Random(seed * 100 + process)
    app = create_app(SQLALCHEMY_DATABASE_URI=url, BROKER_URL=None, SECRET_KEY="not a secret")
    with app.app_context():
        ids = db.session.scalars(select(User.id).where(User.name.startswith("Visitor")).order_by(User.id)).all()
        mine = [id for number, id in enumerate(ids) if number % processes == process]
        acts = [(user_id, event_id) for user_id in mine for event_id in event_ids]
        random.shuffle(acts)
        for user_id, event_id in acts:
            user, event = db.session.get_one(User, user_id), db.session.get_one(Event, event_id)
            try:
                registrations.register_self(event, user)
            except Conflict as refused:
                assert "at the same time" in refused.message, refused.message
            if random.random() < 0.5:
                _cancel(random.choice(mine), random.choice(event_ids))
            db.session.remove()
        for user_id, event_id in random.sample(acts, len(acts) // 2):
            _cancel(user_id, event_id)
            db.session.remove()


def _cancel(user_id: int, event_id: int) -> None:
    user, event = db.session.get_one(User, user_id), db.session.get_one(Event, event_id)
    row = registrations.registration_of(user, event)
    if row is not None and row.state in OPEN:
        try:
            registrations.cancel(row, user)
        except Conflict as refused:
            assert "in the meantime" in refused.message, refused.message


if __name__ == "__main__":
    address, events, number, chance = sys.argv[1:]
    chosen = [int(id) for id in events.split(",")]
    context = multiprocessing.get_context("fork")
    crowd = [
        context.Process(target=main, args=(address, chosen, one, int(number), int(chance)))
        for one in range(int(number))
    ]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    sys.exit(any(process.exitcode for process in crowd))

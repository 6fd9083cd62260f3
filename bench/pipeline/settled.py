"""Does it matter how many changes have been dealt with already? `python -m bench.pipeline.settled fill NUMBER`
makes the tables and that many settled changes, `... measure` measures in the database that the environment names.
"""

import json
import sys
import time
from statistics import median

from sqlalchemy import select, text, update

from bench.pipeline import SINGLE, SMALL
from bench.pipeline.effects import NAMES, flask
from bench.pipeline.measure import rate, tables, with_broadcast, worker
from lms.accounts import User
from lms.db import db
from lms.deliveries import relay
from lms.events import Change, EventCenter

OWED = 20 if SMALL else 500
"""Changes that the relay finds."""
PASSES = 2 if SMALL else 11

CHANGES = """
INSERT INTO changes (organization_id, action, object_type, object_id, after, actor_id, request_id, via, created_at,
                     due_at, settled_at)
SELECT :organization, 'created', 'Department', n, '{"id": 1, "name": "Ward", "parent_id": null, "created_at":
       "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "organization_id": 1}', :actor,
       md5(n::text), 'web', now(), now(), now()
FROM generate_series(1, :number) AS n
"""
DELIVERIES = """
INSERT INTO deliveries (change_id, subscriber, state, attempts, updated_at)
SELECT id, name, 'done', 1, now() FROM changes CROSS JOIN unnest(CAST(:names AS text[])) AS name
WHERE object_type = 'Department' ORDER BY id
"""


def fill(number: int) -> None:
    """Settled changes with their deliveries, in one statement each."""
    with tables() as admin:
        values = {"organization": admin.organization_id, "actor": admin.id, "number": number}
        db.session.execute(text(CHANGES), values)
        db.session.execute(text(DELIVERIES), {"names": list(NAMES)})
        db.session.commit()
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM ANALYZE changes, deliveries"))
        connection.close()


def measure() -> dict[str, float]:
    """Changes per second to the end, and milliseconds of a pass of the relay that finds `OWED` changes."""
    with flask.app_context():
        admin = db.session.scalars(select(User)).one()
        with worker("ours"):
            per_s = rate(with_broadcast, admin, SINGLE)
        return {"per_s": per_s, "relay_ms": median(_passes(admin))}


def _passes(admin: User) -> list[float]:
    EventCenter.publish = staticmethod(lambda ids: None)
    with_broadcast(admin, OWED)
    newest = select(Change.id).order_by(Change.id.desc()).limit(OWED)
    times = []
    for _ in range(PASSES):
        db.session.execute(
            update(Change).where(Change.id.in_(newest)).values(due_at=Change.created_at, settled_at=None)
        )
        db.session.commit()
        start = time.perf_counter()
        relay(lambda _name, _ids: None)
        times.append((time.perf_counter() - start) * 1000)
    db.session.execute(update(Change).where(Change.id.in_(newest)).values(settled_at=Change.created_at))
    db.session.commit()
    return times


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        print(json.dumps(measure()))

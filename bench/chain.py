"""What the audit chain costs: audits sealed and verified in a second of one core, and memory.

`python -m bench.chain [AUDITS]`, on SQLite.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lms import accounts, audits, create_app
from lms.accounts import OrganizationAttrs
from lms.audits.subscriber import record
from lms.db import db, transaction, utcnow
from lms.events import Change

BATCH = 500
"""Changes that are audited in one transaction."""


def main(count: int) -> None:
    """Write so many audits, seal them, verify them, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path(folder) / 'chain.sqlite3'}", BROKER_URL=None)
        with app.app_context():
            db.create_all()
            owner = accounts.create_organization(OrganizationAttrs(name="Harbour Hospital"))
            id = owner.id
            written = timed(lambda: write(id, count))
            sealed = timed(lambda: audits.seal(0, chunks=count))
            before = memory()
            reports: list[audits.Report] = []
            verified = timed(lambda: reports.append(audits.verify(id)))
            print(
                json.dumps(
                    {
                        "audits": count, "write_per_s": round(count / written), "seal_per_s": round(count / sealed),
                        "verify_per_s": round(count / verified), "problems": reports[0].problem_count,
                        "verify_grew_mb": memory() - before, "peak_mb": memory(),
                    }
                )
            )  # fmt: skip
            db.engine.dispose()


def write(organization_id: int, count: int) -> None:
    """Audit so many changes of a course's title."""
    for start in range(1, count + 1, BATCH):
        with transaction():
            record([change(organization_id, id) for id in range(start, min(start + BATCH, count + 1))])


def change(organization_id: int, id: int) -> Change:
    """A change as one is."""
    before = {"id": 7, "title": f"Fire safety {id}", "description": "What to do when it burns. " * 8, "status": "draft"}
    return Change(
        id=id, organization_id=organization_id, action="updated", object_type="Course", object_id=7, before=before,
        after=before | {"title": f"Fire safety {id + 1}", "status": "published"}, actor_id=3, request_id="0" * 32,
        address="192.0.2.1", via="web", created_at=utcnow(), due_at=utcnow(),
    )  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Seconds of one core that it takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def memory() -> int:
    """Most memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)

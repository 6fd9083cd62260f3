"""What came of the changes: `python -m chaos.tally FOLDER` prints one JSON object.

Lost is a change without its effect; duplicated is a second effect. A mail and an event are recognized by their
`Message-ID` and `$insert_id`: the same one twice is repeated, which receivers drop, and not a second effect.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from chaos.load import TITLE
from lms import create_app
from lms.activities import Activity
from lms.audits import Audit
from lms.db import db
from lms.events import Change
from lms.notifications import Mail


def tally(folder: Path) -> dict[str, Any]:
    """Count in the database and in what the servers outside wrote down."""
    subjects = select(Change.id, Change.after).where(Change.object_type == "Subject", Change.action == "created")
    ids = {id for id, after in db.session.execute(subjects) if after["title"] == TITLE}
    mails = {f"<mail-{id}@": change_id for id, change_id in db.session.execute(select(Mail.id, Mail.change_id))}
    received = Counter(line.partition("@")[0] + "@" for line in _lines(folder / "mails.txt"))
    events = Counter(_lines(folder / "events.txt"))
    effects: dict[str, Counter[int]] = {
        "audits": Counter(db.session.scalars(select(Audit.change_id))),
        "activities": Counter(db.session.scalars(select(Activity.change_id))),
        "notifications": Counter(change_id for id in received if (change_id := mails.get(id)) is not None),
        "analytics": Counter(int(event.removeprefix("change-")) for event in events),
    }
    return {
        "sent": {name: len(ids) for name in effects},
        "lost": {name: len(ids - set(counted)) for name, counted in effects.items()},
        "duplicated": {
            name: sum(number - 1 for id, number in counted.items() if id in ids) for name, counted in effects.items()
        },
        "mails_repeated": sum(received.values()) - len(received),
        "events_repeated": sum(events.values()) - len(events),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(tally(Path(sys.argv[1]))))

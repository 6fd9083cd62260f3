"""What a worker does: every import and export that has something to do, each for a while."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lms.db import db
from lms.transfer import exports, running, scheduling, sending, undoing
from lms.transfer.models import AT_WORK, UNDOING, Import
from lms.transfer.oneroster import running as rosters


def work(config: Mapping[str, Any], pace: running.Pace = running.Pace()) -> bool:
    """Go once through what is at work; whether something is left."""
    scheduling.make_due(config)
    exports.make_waiting()
    sending.send_waiting(config)
    rows = db.session.execute(
        select(Import.id, Import.state).where(Import.state.in_(AT_WORK)).order_by(Import.id)
    ).all()
    db.session.rollback()
    left = [undoing.run(id, pace) if state == UNDOING else running.run(id, pace) for id, state in rows]
    left.append(rosters.work())
    return any(left)

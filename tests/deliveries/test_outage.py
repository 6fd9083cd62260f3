"""A server that does not answer is nobody's fault: no attempt is the last one for a week."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lms.db import db, utcnow
from lms.deliveries import DEAD, WAITING, Delivery, deliver
from lms.events import Change, Retry, Subscriber, Unavailable


@pytest.mark.parametrize(("days", "state"), [(0, WAITING), (6, WAITING), (8, DEAD)])
def test_an_outage_makes_nothing_dead_for_a_week(course, days, state):
    def fail(change):
        raise Unavailable("connection refused")

    change_id = db.session.scalars(select(Change.id)).first()
    moment = utcnow() - timedelta(days=days)
    db.session.execute(update(Change).where(Change.id == change_id).values(created_at=moment))
    db.session.commit()
    deliver(Subscriber("remote", fail, retry=Retry(times=0)), [change_id])
    delivery = db.session.get_one(Delivery, (change_id, "remote"))
    assert delivery.state == state
    assert delivery.error == "Unavailable: connection refused"

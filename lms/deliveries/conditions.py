"""Which changes are whose, as conditions for statements."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, false, or_

from lms.events import Change, Subscriber

SLACK = timedelta(seconds=1)
"""A retry that arrives this much too early is accepted: two machines' clocks, or a whole second's rounding."""


def heard_by(subscriber: Subscriber) -> ColumnElement[bool]:
    """Condition on `changes`: the subscriber hears changes of this kind."""
    if subscriber.hears is None:
        return Change.id.is_not(None)
    kinds = [
        and_(Change.object_type == object_type, Change.action.in_(list(actions)))
        for object_type, actions in subscriber.hears.items()
    ]
    return or_(false(), *kinds)

"""Write down what is to be told to whom; sending it is the work of `sending`."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.accounts import names
from lms.db import db, on_commit, upsert, utcnow
from lms.events import Change, EventCenter
from lms.webhooks import settings
from lms.webhooks.kinds import HEARS, name_of
from lms.webhooks.models import WAITING, WebhookEndpoint, WebhookMessage
from lms.webhooks.payload import body_of, subject_of, uid_of
from lms.webhooks.sending import wake_sender


@EventCenter.subscriber("webhooks", batch=True, hears=HEARS)
def tell(changes: Sequence[Change]) -> None:
    """A message for each endpoint that wants to know; one statement where no organization among them has an endpoint.

    Otherwise four at most, whatever the number of changes. An endpoint is told of what happened since it was made.
    """
    organizations = {change.organization_id for change in changes}
    endpoints = defaultdict[int, list[Any]](list)
    for row in db.session.execute(
        select(
            WebhookEndpoint.id, WebhookEndpoint.organization_id, WebhookEndpoint.types, WebhookEndpoint.actions,
            WebhookEndpoint.created_at,
        ).where(WebhookEndpoint.organization_id.in_(organizations), WebhookEndpoint.enabled)
    ):  # fmt: skip
        endpoints[row.organization_id].append(row)
    wanted = [
        (change, endpoint)
        for change in changes
        for endpoint in endpoints.get(change.organization_id, ())
        if _is_wanted(change, endpoint)
    ]
    if not wanted:
        return
    people = names({change.actor_id for change, _endpoint in wanted if change.actor_id is not None})
    bodies = {change.id: body_of(change, people, settings.base) for change, _endpoint in wanted}
    now = utcnow()
    rows = [
        {
            "organization_id": change.organization_id, "endpoint_id": endpoint.id, "change_id": change.id,
            "uid": uid_of(change), "type": name_of(change.object_type, change.action),
            "subject": subject_of(change), "body": bodies[change.id], "state": WAITING, "attempts": 0,
            "created_at": now, "due_at": now,
        }
        for change, endpoint in wanted
    ]  # fmt: skip
    db.session.execute(upsert(WebhookMessage).on_conflict_do_nothing(), rows)
    on_commit(wake_sender)


def _is_wanted(change: Change, endpoint: Any) -> bool:
    return (
        (not endpoint.types or change.object_type in endpoint.types)
        and (not endpoint.actions or change.action in endpoint.actions)
        and change.created_at >= endpoint.created_at
    )

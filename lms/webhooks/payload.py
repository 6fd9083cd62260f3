"""What a message says: a CloudEvent (1.0, structured, JSON) with the object before and after."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from lms.db import plain
from lms.events import Change
from lms.webhooks.kinds import TEST, name_of, spelled

MEDIA = "application/cloudevents+json"


def source_of(organization_id: int, base: str) -> str:
    """Who tells it: this installation's address and the organization."""
    return f"{base}/organizations/{organization_id}"


def uid_of(change: Change) -> str:
    """The same for every attempt and every endpoint."""
    return f"change-{change.id}"


def subject_of(change: Change) -> str:
    """Which object it is about, such as course/7."""
    return f"{spelled(change.object_type)}/{change.object_id}"


def body_of(change: Change, names: Mapping[int, str], base: str) -> str:
    """The message about a change; `names` are those of its actor.

    Both states are those of the change, which leave out every column that is marked as secret (`lms.db.snapshot`).
    """
    data = {
        "action": change.action,
        "object_type": change.object_type,
        "object_id": change.object_id,
        "before": change.before,
        "after": change.after,
        "changed": sorted(change.difference),
        "actor": _actor(change.actor_id, names),
        "via": change.via,
        "request_id": change.request_id,
    }
    kind = name_of(change.object_type, change.action)
    source = source_of(change.organization_id, base)
    return _event(uid_of(change), source, kind, subject_of(change), change.created_at, data)


def _actor(id: int | None, names: Mapping[int, str]) -> dict[str, Any]:
    """Who did it: a person, an API key, or the system by itself."""
    if id is None:
        return {"kind": "system", "id": None, "name": ""}
    return {"kind": "person" if id > 0 else "key", "id": abs(id), "name": names.get(id, "")}


def test_body(organization_id: int, endpoint_id: int, now: datetime, base: str) -> tuple[str, str]:
    """The id and the body of a message that says nothing."""
    uid = f"test-{uuid4().hex}"
    data = {"message": "This is a test. Nothing has changed."}
    return uid, _event(uid, source_of(organization_id, base), TEST, f"webhook_endpoint/{endpoint_id}", now, data)


def _event(id: str, source: str, type: str, subject: str, time: datetime, data: dict[str, Any]) -> str:
    event = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": type,
        "subject": subject,
        "time": plain(time),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))

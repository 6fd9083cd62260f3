"""The AsyncAPI document (3.0): what is sent to an endpoint, made from the kinds and the tables they are about."""

from functools import cache
from typing import Any

from flask_babel import force_locale
from sqlalchemy import Boolean, Date, Integer, String
from sqlalchemy.orm import Mapper

from lms.db import Base, UtcDateTime
from lms.events import ACTIONS
from lms.webhooks.kinds import TEST, TYPES, name_of
from lms.webhooks.payload import MEDIA

Node = dict[str, Any]

INTRODUCTION = """Sent by POST to the endpoints that an organization sets up, signed as in Standard Webhooks: verify
`webhook-signature` with the endpoint's secret before you believe a message. Answer 2xx within the time-out; anything
else is tried again for three days. The same `webhook-id` may come twice, and messages may overtake each other: `time`
and `updated_at` tell the order."""
WORDS = {"created": "was made", "updated": "changed", "deleted": "was removed"}


@cache
def document() -> Node:
    """The document, made once."""
    with force_locale("en"):
        labels = {type: str(label) for type, label in TYPES.items()}
    messages = {name_of(type, action): _message(type, action, labels[type]) for type in TYPES for action in ACTIONS}
    messages[TEST] = _test()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "LMS webhooks", "version": "1.0.0", "description": INTRODUCTION},
        "defaultContentType": MEDIA,
        "channels": {
            "endpoint": {
                "address": None,
                "title": "An endpoint",
                "description": "The address that an administrator gave, and what the endpoint was set to hear.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/endpoint"},
                "summary": "Tell an endpoint what changed",
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
        },
        "components": {
            "messages": messages,
            "schemas": {"Headers": HEADERS, "Actor": ACTOR, **{type: _state(type) for type in TYPES}},
        },
    }


def _message(type: str, action: str, label: str) -> Node:
    state = {"$ref": f"#/components/schemas/{type}"}
    nothing = {"type": "null"}
    data: Node = {
        "type": "object",
        "required": ["action", "object_type", "object_id", "before", "after", "changed", "actor", "via", "request_id"],
        "properties": {
            "action": {"const": action},
            "object_type": {"const": type},
            "object_id": {"type": "integer"},
            "before": nothing if action == "created" else state,
            "after": nothing if action == "deleted" else state,
            "changed": {"type": "array", "items": {"type": "string"}, "description": "Names of what differs"},
            "actor": {"$ref": "#/components/schemas/Actor"},
            "via": {"type": "string", "description": "The door: web, api, import, system, or a subscriber's name"},
            "request_id": {"type": "string"},
        },
    }
    return _envelope(name_of(type, action), f"{label}: one {WORDS[action]}", data)


def _test() -> Node:
    data = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
    return _envelope(TEST, "An administrator tries out the endpoint", data)


def _envelope(name: str, title: str, data: Node) -> Node:
    """A CloudEvent of this type around the data."""
    text: Node = {"type": "string"}
    return {
        "name": name,
        "title": title,
        "contentType": MEDIA,
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": text,
                "source": {"type": "string", "format": "uri"},
                "type": {"const": name},
                "subject": text,
                "time": {"type": "string", "format": "date-time"},
                "datacontenttype": {"const": "application/json"},
                "data": data,
            },
        },
    }


HEADERS: Node = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {"type": "string", "description": "The same for every attempt, and the id of the event"},
        "webhook-timestamp": {"type": "string", "description": "Seconds since 1970, of the attempt"},
        "webhook-signature": {"type": "string", "description": "One or more of `v1,` and base64, with spaces between"},
    },
}
ACTOR: Node = {
    "type": "object",
    "required": ["kind", "id", "name"],
    "properties": {
        "kind": {"enum": ["person", "key", "system"]},
        "id": {"type": ["integer", "null"]},
        "name": {"type": "string"},
    },
}


def _state(type: str) -> Node:
    """The columns of a table that a change tells; later versions may have more of them, and old changes fewer."""
    columns = {
        attribute.key: _column(attribute.columns[0])
        for attribute in _mapper(type).column_attrs
        if not attribute.columns[0].info.get("secret")
    }
    return {"type": "object", "required": ["id", "organization_id"], "properties": columns}


def _mapper(type: str) -> Mapper[Any]:
    return next(one for one in Base.registry.mappers if one.class_.__name__ == type)


def _column(column: Any) -> Node:
    """A column's value as `lms.db.plain` makes it."""
    kinds: tuple[tuple[type[Any], Node], ...] = (
        (UtcDateTime, {"type": "string", "format": "date-time"}),
        (Date, {"type": "string", "format": "date"}),
        (Boolean, {"type": "boolean"}),
        (Integer, {"type": "integer"}),
        (String, {"type": "string"}),
    )
    node = next((dict(node) for kind, node in kinds if isinstance(column.type, kind)), {})
    if column.nullable and "type" in node:
        node["type"] = [node["type"], "null"]
    return node

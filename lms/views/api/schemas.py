"""The parts of the OpenAPI document that many operations share."""

from typing import Any

from lms.resources import Field, Resource

Node = dict[str, Any]

TYPES: dict[str, Node] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "object": {"type": "object"},
    "list": {"type": "array", "items": {"type": "string"}},
    "ids": {"type": "array", "items": {"type": "integer"}},
    "objects": {"type": "array", "items": {"type": "object"}},
}

PROBLEM: Node = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do about it"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Which fields or arguments it is about, each with its reason",
        },
    },
}

REFUSALS = {
    400: "The request cannot be read",
    401: "No key, or one that is not good",
    403: "The key is not made for this",
    404: "There is nothing here, or it belongs to another organization",
    405: "This address does not take this method",
    409: "It is not possible as things are",
    412: "Somebody changed it meanwhile",
    413: "More than can be sent at once",
    415: "The body is of another type",
    422: "A field cannot be accepted",
    428: "`If-Match` is missing",
    429: "Too much in one minute",
    500: "Something failed on our side",
}

HEADERS: dict[str, Node] = {
    "ETag": {"description": "The version of what is shown, for `If-Match`", "schema": {"type": "string"}},
    "Location": {"description": "Its address", "schema": {"type": "string"}},
    "Link": {"description": "The next page", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left in this minute", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "How much a minute has", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}},
}


def of_field(field: Field) -> Node:
    """A field as JSON Schema."""
    node = dict(TYPES[field.type])
    if field.nullable:
        node["type"] = [node["type"], "null"]
    if field.about:
        node["description"] = field.about
    return node


def of_resource(resource: Resource) -> Node:
    """What one of them shows; with `fields` only some of it, so nothing is required."""
    return {"type": "object", "properties": {field.name: of_field(field) for field in resource.fields}}


def list_of(name: str) -> Node:
    """A page of a list."""
    return {
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next": {"type": ["string", "null"], "description": "The address of the next page"},
        },
    }


def answer(about: str, schema: Node | None, headers: tuple[str, ...] = (), media: str = "application/json") -> Node:
    """A good answer."""
    node: Node = {"description": about}
    shown = (*headers, "RateLimit", "RateLimit-Policy")
    node["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in shown}
    if schema is not None:
        node["content"] = {media: {"schema": schema}}
    return node


def refusals(*statuses: int) -> Node:
    """The refusals an operation may answer with."""
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(statuses)}


def problem_responses() -> dict[str, Node]:
    """Every refusal as a component."""
    responses: dict[str, Node] = {}
    for status, about in REFUSALS.items():
        node = answer(about, {"$ref": "#/components/schemas/Problem"}, media="application/problem+json")
        if status == 429:
            node["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
        responses[f"Problem{status}"] = node
    return responses


def argument(name: str, schema: Node, about: str, place: str = "query", *, required: bool = False) -> Node:
    """An argument of an address, or a header."""
    return {"name": name, "in": place, "schema": schema, "description": about, "required": required}


ID = argument("id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, "Its id", "path", required=True)
IF_MATCH = argument(
    "If-Match", {"type": "string", "pattern": '^(\\*|"[0-9a-f]{32}")$'},
    "The ETag of what you have seen; 428 without it", "header",
)  # fmt: skip
IDEMPOTENCY = argument(
    "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "For a day, a repeat with the same key gets the first answer and does nothing", "header",
)  # fmt: skip
PAGING = (
    argument("cursor", {"type": "string"}, "Where the page begins, from `next` of the page before"),
    argument("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "How many"),
)


def fields_of(resource: Resource) -> Node:
    """The argument that asks for less than all of it."""
    names = {"type": "array", "items": {"enum": list(resource.by_name)}, "uniqueItems": True}
    return argument("fields", names, "Only these fields, with commas in between") | {"style": "form", "explode": False}


SINCE = argument(
    "updated_since", {"type": "string", "format": "date-time"}, "Only what changed at or after this moment"
)

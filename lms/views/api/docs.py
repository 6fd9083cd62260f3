"""The OpenAPI document, made from the resources, and the page to read and try it."""

from functools import cache
from typing import Any

from apispec import APISpec
from flask import Blueprint, Response, jsonify, render_template
from flask_babel import force_locale
from pydantic.json_schema import models_json_schema

from lms import webhooks
from lms.attrs import Attrs
from lms.keys import SCOPES
from lms.resources import RESOURCES, Resource
from lms.views.api import links, schemas, transfers
from lms.views.api.schemas import Node, answer, refusals

ALWAYS = (401, 403, 405, 429, 500)
INTRODUCTION = """For programs of your organization. Send a key as `Authorization: Bearer lms_….…`, or trade it at
`/token` for a token of a quarter of an hour. Lists come in pages: follow `next`. Moments are in UTC (RFC 3339),
refusals are problem documents (RFC 9457)."""
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""The viewer writes styles as it draws; scripts stay ours alone."""


def register(blueprint: Blueprint) -> None:
    """Give both their addresses."""
    blueprint.add_url_rule("/openapi.json", "openapi", openapi)
    blueprint.add_url_rule("/asyncapi.json", "asyncapi", asyncapi)
    blueprint.add_url_rule("/docs", "docs", page)


def openapi() -> Response:
    """The document."""
    return jsonify(document())


def asyncapi() -> Response:
    """What webhooks are sent, as AsyncAPI."""
    return jsonify(webhooks.document())


def page() -> Response:
    """The document as a page, where each call can be tried with a key."""
    response = Response(render_template("api/docs.html"))
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, made once."""
    spec = APISpec("LMS", "1", "3.1.0", info={"description": INTRODUCTION}, servers=[{"url": "/api/v1"}])
    spec.components.schema("Problem", schemas.PROBLEM)
    for name, node in schemas.HEADERS.items():
        spec.components.header(name, node)
    for name, node in schemas.problem_responses().items():
        spec.components.response(name, node)
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer", "description": "A key, or a token"})
    with force_locale("en"):
        scopes = {name: str(about) for name, (_roles, about) in SCOPES.items()}
    flow = {"tokenUrl": "/api/v1/token", "scopes": scopes}
    spec.components.security_scheme("oauth", {"type": "oauth2", "flows": {"clientCredentials": flow}})
    attrs = {
        kind for one in RESOURCES.values() for kind in (one.attrs, one.changes, *one.asks.values()) if kind is not None
    }
    _add_attrs(spec, sorted(attrs, key=lambda kind: kind.__name__))
    for resource in RESOURCES.values():
        _Operations(resource).add_to(spec)
    spec.path("/token", operations={"post": _token()})
    transfers.describe(spec)
    whole: dict[str, Any] = spec.to_dict()
    whole["components"]["links"] = links.components()
    return whole


def _add_attrs(spec: APISpec, kinds: list[type[Attrs]]) -> None:
    _keys, made = models_json_schema(
        [(kind, "validation") for kind in kinds], ref_template="#/components/schemas/{model}"
    )
    for name, node in made["$defs"].items():
        spec.components.schema(name, node)
        spec.components.schema(f"{name}Partly", {key: value for key, value in node.items() if key != "required"})


def _token() -> Node:
    form = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "client_id": {"type": "string"},
            "client_secret": {"type": "string"},
            "scope": {"type": "string"},
        },
    }
    token = {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
            "access_token": {"type": "string"}, "token_type": {"type": "string"},
            "expires_in": {"type": "integer"}, "scope": {"type": "string"},
        },
    }  # fmt: skip
    refused = {"type": "object", "properties": {"error": {"type": "string"}}}
    return {
        "tags": ["token"],
        "operationId": "token",
        "summary": "Trade a key for a token (OAuth 2 client credentials)",
        "security": [],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {
            "200": answer("The token", token),
            "400": answer("Not this grant or scope", refused),
            "401": answer("Id and secret do not fit", refused),
            **refusals(405, 413, 415, 429, 500),
        },
    }


class _Operations:
    """What can be done with one resource."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.name = "".join(word.capitalize() for word in resource.one.split()) + "Shown"
        self.ref: Node = {"$ref": f"#/components/schemas/{self.name}"}

    def add_to(self, spec: APISpec) -> None:
        """Schemas and paths."""
        resource = self.resource
        spec.components.schema(self.name, schemas.of_resource(resource))
        spec.tag({"name": resource.name})
        many: dict[str, Node] = {"get": self.index()}
        one: dict[str, Node] = {"get": self.show()}
        if resource.create is not None:
            many["post"] = self.create()
        if resource.update is not None:
            one["patch"] = self.update()
        if resource.delete is not None:
            one["delete"] = self.delete()
        spec.path(f"/{resource.name}", operations=many)
        spec.path(f"/{resource.name}/{{id}}", operations=one)
        for action in resource.actions:
            spec.path(f"/{resource.name}/{{id}}/{action}", operations={"post": self.action(action)})

    def operation(self, verb: str, summary: str, scope: str, parameters: list[Node], responses: Node) -> Node:
        """What all have in common."""
        return {
            "tags": [self.resource.name],
            "operationId": f"{verb}-{self.resource.name}",
            "summary": summary,
            "security": [{"key": []}, {"oauth": [f"{self.resource.scope}:{scope}"]}],
            "parameters": parameters,
            "responses": responses,
        }

    def good(self, about: str, *headers: str) -> Node:
        """An answer that shows one."""
        return answer(about, self.ref, headers) | {"links": links.of_one(self.resource)}

    def index(self) -> Node:
        """The list."""
        filters = [
            schemas.argument(
                field.name, {**schemas.TYPES[field.type], **_bounds(field.type)}, f"Only those with this {field.name}"
            )
            for field in self.resource.fields
            if field.filter
        ]
        filters += [schemas.argument(one.name, schemas.TYPES[one.type], one.about) for one in self.resource.arguments]
        since = [schemas.SINCE] if "updated_at" in self.resource.by_name else []
        fields = schemas.fields_of(self.resource)
        good = answer("A page", schemas.list_of(self.name), ("Link",)) | {"links": links.of_list(self.resource)}
        return self.operation(
            "list", f"List {self.resource.name}", "read", [*schemas.PAGING, fields, *since, *filters],
            {"200": good, **refusals(400, *ALWAYS)},
        )  # fmt: skip

    def show(self) -> Node:
        """One of them."""
        good = self.good(f"The {self.resource.one}", "ETag")
        return self.operation(
            "show", f"Show one {self.resource.one}", "read", [schemas.ID, schemas.fields_of(self.resource)],
            {"200": good, "304": answer("You have it", None, ("ETag",)), **refusals(400, 404, *ALWAYS)},
        )  # fmt: skip

    def create(self) -> Node:
        """A new one."""
        assert self.resource.attrs is not None
        good = self.good("It is there", "ETag", "Location")
        return {
            **self.operation(
                "create", f"Make one {self.resource.one}", "write", [schemas.IDEMPOTENCY],
                {"201": good, **refusals(400, 404, 409, 413, 415, 422, *ALWAYS)},
            ),
            "requestBody": _body({"$ref": f"#/components/schemas/{self.resource.attrs.__name__}"}),
        }  # fmt: skip

    def update(self) -> Node:
        """Change one."""
        kind = self.resource.changes or self.resource.attrs
        assert kind is not None
        partly = {"$ref": f"#/components/schemas/{kind.__name__}Partly"}
        return {
            **self.operation(
                "change", f"Change one {self.resource.one}", "write", [schemas.ID, schemas.IF_MATCH],
                {"200": self.good("Changed", "ETag"), **refusals(400, 404, 409, 412, 413, 415, 422, 428, *ALWAYS)},
            ),
            "requestBody": _body(partly),
        }  # fmt: skip

    def delete(self) -> Node:
        """Remove one."""
        return self.operation(
            "delete", f"Remove one {self.resource.one}", "write", [schemas.ID, schemas.IF_MATCH],
            {"204": answer("It is gone", None), **refusals(400, 404, 409, 412, 428, *ALWAYS)},
        )  # fmt: skip

    def action(self, name: str) -> Node:
        """Do something with one."""
        kind = self.resource.asks.get(name)
        also = () if kind is None else (413, 415)
        node = self.operation(
            name, f"{name.capitalize()} one {self.resource.one}", "write", [schemas.ID, schemas.IDEMPOTENCY],
            {"200": answer("Done", self.ref, ("ETag",)), **refusals(400, 404, 409, 422, *also, *ALWAYS)},
        )  # fmt: skip
        asked = {} if kind is None else {"requestBody": _body({"$ref": f"#/components/schemas/{kind.__name__}"})}
        return node | asked


def _bounds(kind: str) -> Node:
    return {"minimum": -(2**63) + 1, "maximum": 2**63 - 1} if kind == "integer" else {}


def _body(schema: Node) -> Node:
    return {"required": True, "content": {"application/json": {"schema": schema}}}

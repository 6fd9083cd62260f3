"""The five things a program does with a resource, for every resource alike."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import DataError, StatementError

from lms import keys
from lms.attrs import validated
from lms.db import db, find, transaction
from lms.errors import Invalid
from lms.policy import authorize
from lms.resources import RESOURCES, Resource
from lms.views.api.asking import Asked, body, check_match, cursor_after, etag, request_hash
from lms.views.api.auth import SCOPE_OF, need
from lms.views.api.problems import Problem

Answer = tuple[dict[str, Any] | None, int, dict[str, str]]


class Endpoints:
    """One resource under its address."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.read, self.write = f"{resource.scope}:read", f"{resource.scope}:write"

    def add_to(self, blueprint: Blueprint) -> None:
        """Give it its addresses: only what the product can do has one."""
        resource, name = self.resource, self.resource.name

        def rule(address: str, method: str, view: Callable[..., Any]) -> None:
            # OPTIONS and the answer to a method there is not are Flask's, from the rules of one address.
            endpoint = f"{name}-{view.__name__}-{address.count('/')}"
            blueprint.add_url_rule(address, endpoint, view, methods=[method])
            SCOPE_OF[f"api.{endpoint}"] = self.read if method == "GET" else self.write

        rule(f"/{name}", "GET", self.index)
        rule(f"/{name}/<int:id>", "GET", self.show)
        if resource.create is not None:
            rule(f"/{name}", "POST", self.create)
        if resource.update is not None:
            rule(f"/{name}/<int:id>", "PATCH", self.update)
        if resource.delete is not None:
            rule(f"/{name}/<int:id>", "DELETE", self.delete)
        for action in resource.actions:
            view = self.action_of(action)
            blueprint.add_url_rule(f"/{name}/<int:id>/{action}", f"{name}-{action}", view, methods=["POST"])
            SCOPE_OF[f"api.{name}-{action}"] = self.write

    def index(self) -> Response:
        """A page of the list; one statement, and those that derived fields take."""
        actor = need(self.read)
        authorize(actor, *self.resource.view)
        asked = Asked(self.resource)
        id_column = self.resource.id_column
        statement = self.resource.select(actor, asked.fields).add_columns(id_column.label("_id"))
        for name, value in asked.filters.items():
            field = self.resource.by_name[name]
            statement = statement.where(field.narrow(value) if field.narrow else field.column == value)
        for argument in self.resource.arguments:
            statement = statement.where(*argument.narrow(actor, asked.arguments.get(argument.name)))
        if asked.after is not None:
            statement = statement.where(id_column > asked.after)
        if asked.since is not None:
            statement = statement.where(self.resource.by_name["updated_at"].column >= asked.since)
        rows = db.session.execute(statement.limit(asked.limit + 1)).all()
        data = self.resource.shown(rows[: asked.limit], actor, asked.fields)
        further = None
        if len(rows) > asked.limit:
            arguments: dict[str, Any] = request.args.to_dict() | {
                "cursor": cursor_after(rows[asked.limit - 1]._mapping["_id"])
            }
            further = url_for(f"api.{self.resource.name}-index-1", **arguments)
        answer = jsonify(data=data, next=further)
        if further:
            answer.headers["Link"] = f'<{further}>; rel="next"'
        return answer

    def show(self, id: int) -> Response:
        """One of them, with its ETag; 304 where the caller has it."""
        actor = need(self.read)
        authorize(actor, *self.resource.view)
        asked = Asked(self.resource, is_list=False)
        full = self.representation(actor, id)
        answer = jsonify({name: full[name] for name in asked.fields} if asked.fields else full)
        answer.set_etag(etag(full))
        answer.make_conditional(request)
        return answer

    def create(self) -> Response:
        """A new one; a repeat with the same `Idempotency-Key` gets the first answer and does nothing."""
        actor, sent = need(self.write), body()
        assert self.resource.attrs is not None
        attrs_type = self.resource.attrs

        def act() -> Answer:
            assert self.resource.create is not None
            row = self.resource.create(validated(attrs_type, sent), actor)
            full = self.representation(actor, row.id)
            place = url_for(f"api.{self.resource.name}-show-2", id=row.id)
            return full, 201, {"Location": place, "ETag": f'"{etag(full)}"'}

        return respond(once(actor, act))

    def update(self, id: int) -> Response:
        """Change what is in the body, leave the rest; needs `If-Match`."""
        actor, sent = need(self.write), body()
        kind = self.resource.changes or self.resource.attrs
        assert kind is not None
        with refusing_what_does_not_fit(), transaction():
            row = self.locked(actor, id)
            present = self.resource.present(row) if self.resource.present else {
                name: getattr(row, name) for name in kind.model_fields
            }  # fmt: skip
            assert self.resource.update is not None
            self.resource.update(row, validated(kind, {**present, **sent}), actor)
            full = self.representation(actor, id)
        return respond((full, 200, {"ETag": f'"{etag(full)}"'}))

    def delete(self, id: int) -> Response:
        """Remove it; needs `If-Match`."""
        actor = need(self.write)
        with transaction():
            row = self.locked(actor, id)
            assert self.resource.delete is not None
            self.resource.delete(row, actor)
        return respond((None, 204, {}))

    def action_of(self, name: str) -> Callable[[int], Response]:
        """The view of one thing that can be done with it."""

        def view(id: int) -> Response:
            actor, kind = need(self.write), self.resource.asks.get(name)
            sent = body() if kind is not None else {}

            def act() -> Answer:
                row = find(self.resource.model, id, actor.organization_id)
                told = [] if kind is None else [validated(kind, sent)]
                self.resource.actions[name](row, *told, actor)
                full = self.representation(actor, id)
                return full, 200, {"ETag": f'"{etag(full)}"'}

            return respond(once(actor, act))

        return view

    def locked(self, actor: Any, id: int) -> Any:
        """The row, held until the end of the transaction, if the caller has seen it as it is."""
        row = find(self.resource.model, id, actor.organization_id)
        db.session.execute(select(self.resource.id_column).where(self.resource.id_column == id).with_for_update())
        check_match(etag(self.representation(actor, id)))
        db.session.refresh(row)
        return row

    def representation(self, actor: Any, id: int) -> dict[str, Any]:
        """All its fields; raises NotFound."""
        find(self.resource.model, id, actor.organization_id)
        db.session.flush()
        statement = self.resource.select(actor).where(self.resource.id_column == id)
        [shown] = self.resource.shown(db.session.execute(statement).all(), actor)
        return shown


class refusing_what_does_not_fit:  # noqa: N801 - a block
    """Numbers and moments that no column holds are the caller's mistake."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Turn what the database does not take into Invalid."""
        cause = error.orig if isinstance(error, StatementError) else error
        if isinstance(error, DataError) or isinstance(cause, OverflowError):
            raise Invalid("body", "A number or a moment in it is out of range.") from error


def once(actor: keys.KeyActor, act: Callable[[], Answer]) -> Answer:
    """Do it, or give the answer that was given when it was done under the same `Idempotency-Key`."""
    token = request.headers.get("Idempotency-Key")
    if token is not None and not (1 <= len(token) <= 255 and token.isascii() and token.isprintable()):
        raise Problem(400, "An Idempotency-Key has 1 to 255 characters of ASCII.")
    with refusing_what_does_not_fit(), transaction():
        if token is None:
            return act()
        kept, is_repeat = keys.answer_for(actor, token, request_hash())
        if is_repeat:
            return kept.body, kept.status or 200, {**(kept.headers or {}), "Idempotent-Replayed": "true"}
        kept.body, kept.status, kept.headers = answer = act()
        return answer


def respond(answer: tuple[Mapping[str, Any] | None, int, Mapping[str, str]]) -> Response:
    """An answer as a response."""
    data, status, headers = answer
    response = Response(status=status) if data is None else jsonify(data)
    response.status_code = status
    response.headers.update(dict(headers))
    return response


def register(blueprint: Blueprint) -> None:
    """Every resource."""
    for resource in RESOURCES.values():
        Endpoints(resource).add_to(blueprint)

"""Imports and exports by call: a file in, watched until it is done; a file out."""

from collections.abc import Iterator
from typing import Any

from apispec import APISpec
from flask import Blueprint, Response, current_app, jsonify, request, send_file, stream_with_context, url_for

from lms import transfer
from lms.attrs import validated
from lms.errors import NotFound
from lms.resources import RESOURCES, in_json
from lms.transfer import KINDS, OUTCOMES, Export, ExportAttrs, Import
from lms.views.api import links, schemas
from lms.views.api.asking import body
from lms.views.api.auth import SCOPE_OF, need
from lms.views.api.problems import Unreadable
from lms.views.api.schemas import Node, answer, argument, refusals

SCOPE = "exchange:write"
PIECE = 64 * 1024
UPLOADS = {"api.imports-upload", "imports.new", "oneroster.index"}
"""Endpoints that take files as large as `IMPORT_LIMIT`."""

SHOWN = (
    "id",
    "kind",
    "title",
    "format",
    "encoding",
    "delimiter",
    "sheet",
    "sheets",
    "headings",
    "columns",
    "state",
    "total",
    "position",
    "created",
    "changed",
    "left",
    "refused",
    "problem",
    "tell",
    "started_at",
    "finished_at",
)
OF_EXPORT = ("id", "kind", "title", "format", "state", "rows", "size", "problem", "finished_at")


def allow_large_files() -> None:
    """Before each request: a file may be larger than a form."""
    if request.endpoint in UPLOADS:
        request.max_content_length = current_app.config["IMPORT_LIMIT"]


def register(blueprint: Blueprint) -> None:
    """Give them their addresses."""
    for address, name, view, method in (
        ("/imports", "imports-upload", upload, "POST"),
        ("/imports/<int:id>", "imports-show", show, "GET"),
        ("/imports/<int:id>/rows", "imports-rows", rows, "GET"),
        ("/imports/<int:id>/faulty", "imports-faulty", faulty, "GET"),
        ("/imports/<int:id>/<any(check, start, stop, resume, undo):act>", "imports-act", act, "POST"),
        ("/<kind>.<any(csv, jsonl):format>", "exports-now", now, "GET"),
        ("/exports", "exports-create", export, "POST"),
        ("/exports/<int:id>", "exports-show", show_export, "GET"),
        ("/exports/<int:id>/file", "exports-file", export_file, "GET"),
    ):
        blueprint.add_url_rule(address, name, view, methods=[method])
        SCOPE_OF[f"api.{name}"] = SCOPE


def _of(row: Import | Export, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: in_json(getattr(row, name)) for name in names}


def _pieces() -> Iterator[bytes]:
    while piece := request.stream.read(PIECE):
        yield piece


def upload() -> tuple[Response, int]:
    """The body is the file; what it is shows by itself. A worker checks it at once when its columns are known."""
    actor = need(SCOPE)
    kind, name = request.args.get("kind", ""), request.args.get("name", "")
    if kind not in KINDS:
        raise Unreadable({"kind": f"Give one of {', '.join(KINDS)}."})
    job = transfer.upload(
        kind, "".join(c for c in name if c.isprintable()), _pieces(), actor, current_app.config["IMPORT_LIMIT"]
    )
    response = jsonify(_of(job, SHOWN))
    response.headers["Location"] = url_for("api.imports-show", id=job.id)
    return response, 201


def show(id: int) -> Response:
    """How far it is."""
    return jsonify(_of(transfer.find_import(id, need(SCOPE)), SHOWN))


def rows(id: int) -> Response:
    """What became of the rows, or would become of them, up to 100 from a page number on."""
    job = transfer.find_import(id, need(SCOPE))
    outcome, page = request.args.get("outcome", ""), request.args.get("page", "1")
    if outcome and outcome not in OUTCOMES:
        raise Unreadable({"outcome": f"Give one of {', '.join(OUTCOMES)}."})
    if not (page.isascii() and page.isdecimal() and int(page[:9]) > 0 and len(page) < 9):
        raise Unreadable({"page": "Give a number from 1."})
    found = transfer.rows_page(job, int(page), 100, outcome=outcome)
    data = [
        {"number": row.number, "outcome": row.outcome, "object_id": row.object_id, "message": row.message}
        for row in found.items
    ]
    return jsonify(data=data, pages=found.pages, total=found.total)


def faulty(id: int) -> Response:
    """The rows that were refused, each with the reason, as CSV to correct and send again."""
    job = transfer.find_import(id, need(SCOPE))
    return Response(stream_with_context(piece.encode() for piece in transfer.faulty(job)), mimetype="text/csv")


def act(id: int, act: str) -> Response:
    """Check, start, stop, resume or undo it."""
    actor = need(SCOPE)
    sent = body() if request.content_length else {}
    job = transfer.find_import(id, actor)
    if act == "check":
        columns = sent.get("columns")
        wrong = columns is not None and not (
            isinstance(columns, dict) and all(isinstance(one, str) for one in columns.values())
        )
        if wrong:
            raise Unreadable({"columns": "Give an object: our column by heading of the file."})
        transfer.check(job, columns, actor)
    elif act == "start":
        transfer.start(job, actor, tell=sent.get("tell") is True)
    else:
        {"stop": transfer.stop, "resume": transfer.resume, "undo": transfer.undo}[act](job, actor)
    return jsonify(_of(job, SHOWN))


def export() -> tuple[Response, int]:
    """Have a file made."""
    actor = need(SCOPE)
    made = transfer.create_export(validated(ExportAttrs, body()), actor)
    response = jsonify(_of(made, OF_EXPORT))
    response.headers["Location"] = url_for("api.exports-show", id=made.id)
    return response, 201


def now(kind: str, format: str) -> Response:
    """All of a resource at once, streamed while it is read."""
    if kind not in RESOURCES:
        raise NotFound("There is nothing to export under this name.")
    actor = need(f"{RESOURCES[kind].scope}:read")
    need(SCOPE)
    pieces = stream_with_context(transfer.stream(transfer.exported(kind, actor), format, actor))
    return Response(pieces, mimetype=transfer.FORMATS[format].partition(";")[0])


def show_export(id: int) -> Response:
    """Whether it is ready."""
    return jsonify(_of(transfer.find_export(id, need(SCOPE)), OF_EXPORT))


def export_file(id: int) -> Response:
    """The file; 409 until it is ready."""
    actor = need(SCOPE)
    made = transfer.find_export(id, actor)
    path = transfer.file_of(made, actor)
    for scope in {RESOURCES[made.kind].scope} if made.kind in RESOURCES else ("people", "courses", "learning"):
        need(f"{scope}:read")
    return send_file(path, transfer.FORMATS[made.format], as_attachment=True, download_name=made.title)


def describe(spec: APISpec) -> None:
    """Their part of the OpenAPI document."""
    text: Node = {"type": "string"}
    whole: Node = {"type": "integer"}
    spec.components.schema("Import", {"type": "object", "properties": {name: {} for name in SHOWN}})
    spec.components.schema("Export", {"type": "object", "properties": {name: {} for name in OF_EXPORT}})
    page = {
        "type": "object",
        "required": ["data", "pages", "total"],
        "properties": {"data": {"type": "array", "items": {"type": "object"}}, "pages": whole, "total": whole},
    }
    columns = {"type": "object", "additionalProperties": text}
    options = {"type": "object", "properties": {"columns": columns, "tell": {"type": "boolean"}}}
    binary: Node = {"type": "string", "format": "binary"}
    attrs = ExportAttrs.model_json_schema()
    attrs["properties"]["kind"]["enum"] = list(RESOURCES)
    ref = {"$ref": "#/components/schemas/Import"}, {"$ref": "#/components/schemas/Export"}
    kind = argument("kind", {"type": "string", "enum": list(KINDS)}, "What is in it", required=True)
    spec.path(
        "/imports",
        operations={
            "post": {
                **_operation(
                    "upload",
                    "Send a file: CSV, XLSX or JSON Lines",
                    [kind, argument("name", text, "The file's name")],
                    {
                        "201": answer("It is kept, and its columns are matched", ref[0], ("Location",))
                        | {"links": links.of_job(links.OF_IMPORT)},
                        **refusals(400, 413, 422),
                    },
                ),
                "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": binary}}},
            }
        },
    )
    spec.path(
        "/imports/{id}",
        operations={
            "get": _operation(
                "show-import", "See how far it is", [schemas.ID], {"200": answer("The import", ref[0]), **refusals(404)}
            )
        },
    )
    outcome = argument("outcome", {"type": "string", "enum": list(OUTCOMES)}, "Only those rows")
    number = argument("page", {"type": "integer", "minimum": 1, "maximum": 99_999_999}, "100 rows each")
    spec.path(
        "/imports/{id}/rows",
        operations={
            "get": _operation(
                "rows",
                "What becomes of each row",
                [schemas.ID, outcome, number],
                {"200": answer("Rows", page), **refusals(400, 404)},
            )
        },
    )
    spec.path(
        "/imports/{id}/faulty",
        operations={
            "get": _operation(
                "faulty",
                "The refused rows, to correct",
                [schemas.ID],
                {"200": answer("CSV", text, media="text/csv"), **refusals(404, 422)},
            )
        },
    )
    for name in ("check", "start", "stop", "resume", "undo"):
        spec.path(
            f"/imports/{{id}}/{name}",
            operations={
                "post": {
                    **_operation(
                        f"{name}-import",
                        f"{name.capitalize()} it",
                        [schemas.ID],
                        {"200": answer("The import", ref[0]), **refusals(400, 404, 409, 413, 415, 422)},
                    ),
                    "requestBody": {"required": False, "content": {"application/json": {"schema": options}}},
                }
            },
        )
    spec.path(
        "/exports",
        operations={
            "post": {
                **_operation(
                    "export",
                    "Have a file made",
                    [],
                    {
                        "201": answer("It is being made", ref[1], ("Location",))
                        | {"links": links.of_job(links.OF_EXPORT)},
                        **refusals(400, 413, 415, 422),
                    },
                ),
                "requestBody": {"required": True, "content": {"application/json": {"schema": attrs}}},
            }
        },
    )
    spec.path(
        "/exports/{id}",
        operations={
            "get": _operation(
                "show-export",
                "See whether it is ready",
                [schemas.ID],
                {"200": answer("The export", ref[1]), **refusals(404)},
            )
        },
    )
    for name in RESOURCES:
        for format in ("csv", "jsonl"):
            kept = transfer.FORMATS[format].partition(";")[0]
            streamed = {"200": {"description": "The file", "content": {kept: {"schema": binary}}}}
            summary = f"All {name} as {format.upper()}, streamed"
            spec.path(
                f"/{name}.{format}",
                operations={"get": _operation(f"{name}-as-{format}", summary, [], streamed)},
            )
    media = {
        "200": {"description": "The file", "content": {name: {"schema": binary} for name in transfer.FORMATS.values()}}
    }
    spec.path(
        "/exports/{id}/file",
        operations={"get": _operation("export-file", "The file", [schemas.ID], {**media, **refusals(404, 409)})},
    )


def _operation(name: str, summary: str, parameters: list[Node], responses: Node) -> Node:
    return {
        "tags": ["imports and exports"],
        "operationId": name,
        "summary": summary,
        "security": [{"key": []}, {"oauth": [SCOPE]}],
        "parameters": parameters,
        "responses": {**responses, **refusals(401, 403, 405, 429, 500)},
    }

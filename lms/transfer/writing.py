"""Rows of a resource as a file, streamed from a cursor of the server: little memory, whatever their number."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import ColumnElement, Select, String, case, func, literal_column, quoted_name, type_coerce

from lms.db import db
from lms.policy import Person, authorize
from lms.resources import RESOURCES, Field, Resource
from lms.transfer.spreadsheet import FORMULA, safe

FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl", "xlsx":
           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip": "application/zip"}  # fmt: skip
"""Formats and their media types."""
ONEROSTER = "oneroster"
"""An export that is no resource: a zip of several."""
AT_ONCE = 2000
"""Rows fetched and written together."""
MOST_IN_SHEET = 1_048_575
"""Rows of a sheet in Excel, without the headings."""
BOM = b"\xef\xbb\xbf"
"""Tells Excel that a CSV file is UTF-8."""


def exported(name: str, actor: Person) -> Resource:
    """The resource, if the actor may read it; who may not gets NotAllowed."""
    authorize(actor, "view", "Export")
    resource = RESOURCES[name]
    authorize(actor, *resource.view)
    return resource


def stream(resource: Resource, format: str, actor: Person) -> Iterator[bytes]:
    """A CSV or JSON Lines file in pieces."""
    yield from (_csv if format == "csv" else _jsonl)(resource, actor)


def _rows(statement: Select[Any]) -> Iterator[Any]:
    result = db.session.execute(statement.execution_options(yield_per=AT_ONCE))
    yield from result.partitions()


def _csv(resource: Resource, actor: Person) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([field.name for field in resource.fields])
    yield BOM + buffer.getvalue().encode()
    if resource.derive is not None:
        for rows in _rows(resource.every(actor)):
            buffer.seek(0)
            buffer.truncate()
            writer.writerows([[_plain(value) for value in row.values()] for row in resource.shown(rows, actor)])
            yield buffer.getvalue().encode()
        return
    # The database makes the text, so that no row is touched twice.
    columns = [_as_text(field).label(quoted_name(field.name, quote=True)) for field in resource.fields]
    statement = resource.every(actor).with_only_columns(*columns, maintain_column_froms=True)
    if db.engine.dialect.name == "postgresql":
        yield from _copied(statement)
        return
    for rows in _rows(statement):
        buffer.seek(0)
        buffer.truncate()
        writer.writerows(rows)
        yield buffer.getvalue().encode()


def _copied(statement: Select[Any]) -> Iterator[bytes]:
    """The rows as PostgreSQL itself writes them, while it reads them."""
    query = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    driver: Any = db.session.connection().connection.driver_connection
    pieces: list[bytes] = []
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)") as copy:
        for line in copy:
            pieces.append(bytes(line))
            if len(pieces) == AT_ONCE:
                yield b"".join(pieces)
                pieces.clear()
    yield b"".join(pieces)


def _as_text(field: Field) -> ColumnElement[Any]:
    """A field as it stands in a CSV file: moments as in RFC 3339, text that a spreadsheet does not run."""
    column: Any = field.column
    on_postgresql = db.engine.dialect.name == "postgresql"
    match field.type:
        case "date-time" if on_postgresql:
            form: Any = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS"Z"'""")
            return func.to_char(func.timezone(literal_column("'UTC'"), column), form, type_=String)
        case "date-time":
            return func.strftime("%Y-%m-%dT%H:%M:%SZ", column, type_=String)
        case "boolean":
            return case((column, "true"), (column.is_(None), None), else_="false")
        case "integer":
            return column
        case "date":
            return func.to_char(column, "YYYY-MM-DD", type_=String) if on_postgresql else type_coerce(column, String)
        case "object" | "objects" | "list" | "ids":
            return column.cast(String) if on_postgresql else type_coerce(column, String)
    return case((func.substr(column, 1, 1).in_(FORMULA), "'" + column), else_=column)


def _jsonl(resource: Resource, actor: Person) -> Iterator[bytes]:
    for rows in _rows(resource.every(actor)):
        lines = [json.dumps(row, ensure_ascii=False) for row in resource.shown(rows, actor)]
        yield ("\n".join(lines) + "\n").encode()


def write(resource: Resource, format: str, actor: Person, path: Path) -> int:
    """Write a file; returns the number of its rows."""
    if format == "xlsx":
        return _write_xlsx(resource, actor, path)
    number = 0
    with open(path, "wb") as file:
        for place, piece in enumerate(stream(resource, format, actor)):
            file.write(piece)
            # Text with line breaks in it makes this more than there are rows; it is a figure for people.
            number += piece.count(b"\n") if format == "jsonl" or place else 0
    return number


def _write_xlsx(resource: Resource, actor: Person, path: Path) -> int:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    number = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        sheet: Any = None
        for rows in _rows(resource.every(actor)):
            for row in resource.shown(rows, actor):
                if number % MOST_IN_SHEET == 0:
                    sheet = book.add_worksheet()
                    sheet.freeze_panes(1, 0)
                    sheet.write_row(0, 0, [field.name for field in resource.fields], bold)
                sheet.write_row(number % MOST_IN_SHEET + 1, 0, [_cell(value) for value in row.values()])
                number += 1
        if sheet is None:
            book.add_worksheet().write_row(0, 0, [field.name for field in resource.fields], bold)
    return number


def _cell(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    elif isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    return safe(value[:32_000]) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A value that JSON knows as it stands in a CSV file."""
    return safe(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else value

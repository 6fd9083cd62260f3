"""What each verb of the command line does; see `arguments` for how it is asked."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .arguments import parsed
from .client import Client
from .imports import Import
from .problems import ClientError, Unreachable
from .writing import Progress, report, write_rows

DONE, REFUSED, PARTLY, NO_ANSWER, INTERRUPTED = 0, 1, 3, 4, 130
NAMED = {
    "department": ("departments", "name", "department_id"),
    "job_function": ("job-functions", "name", "job_function_id"),
    "course": ("courses", "title", "course_id"),
}
"""Filters by the name of something else: where it is looked up, by which field, and the filter it becomes."""


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; returns the exit status."""
    asked = parsed(sys.argv[1:] if words is None else words)
    try:
        with Client(asked.address, asked.key, retries=asked.retries) as lms:
            return DOING[asked.verb](lms, asked)
    except Unreachable as error:
        return _fail(str(error), NO_ANSWER)
    except ClientError as error:
        return _fail(str(error), REFUSED)
    except OSError as error:
        return _fail(f"{error.filename or 'the file'}: {error.strerror or error}", REFUSED)
    except KeyboardInterrupt:
        return _fail("interrupted; an import that had begun goes on in the LMS", INTERRUPTED)


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"lms-client: {message}\n")
    return status


def _import(lms: Client, asked: argparse.Namespace) -> int:
    columns = _pairs(asked.column) if asked.column else None
    job = lms.upload(asked.resource, asked.file)
    if columns is not None:
        columns = {**job.columns, **columns}
    job = _watched(lms, lms.check(job.id, columns), "checking")
    if job.state != "checked":
        return _fail(job.problem or f"the import is {job.state}", REFUSED)
    report(job, lms.rows(job.id, "refused") if job.refused else (), sys.stdout, is_trial=True)
    if not job.has_effect:
        sys.stdout.write("There is nothing to carry out.\n")
    elif not asked.yes and not _agreed():
        return _fail(f"nothing is carried out; the file waits in the LMS as import {job.id}", REFUSED)
    else:
        job = _watched(lms, lms.start(job.id, tell=asked.tell), "importing")
        if job.state != "done":
            return _fail(job.problem or f"the import is {job.state}", REFUSED)
        report(job, (), sys.stdout, is_trial=False)
    if job.refused and asked.errors:
        asked.errors.write_bytes(lms.faulty(job.id))
        sys.stdout.write(f"The refused rows are in {asked.errors}.\n")
    return PARTLY if job.refused else DONE


def _watched(lms: Client, job: Import, words: str) -> Import:
    progress = Progress(words)
    done = lms.wait(job.id, progress)
    progress.end()
    return done


def _agreed() -> bool:
    sys.stderr.write("Carry it out? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "j", "ja")


def _list(lms: Client, asked: argparse.Namespace) -> int:
    filters: dict[str, Any] = {}
    for name, value in asked.filters.items():
        if name in NAMED:
            resource, field, id_filter = NAMED[name]
            filters[id_filter] = _id_of(lms, resource, field, value)
        else:
            filters[name] = value
    fields = [name for name in asked.fields.split(",") if name]
    rows = lms.list(asked.resource, fields=fields, updated_since=asked.updated_since, **filters)
    if asked.output is None:
        write_rows(rows, asked.format, sys.stdout, fields)
    else:
        with open(asked.output, "w", encoding="utf-8", newline="") as file:
            write_rows(rows, asked.format, file, fields)
    return DONE


def _id_of(lms: Client, resource: str, field: str, name: str) -> int:
    filters: dict[str, Any] = {field: name}
    found = [row["id"] for row in lms.list(resource, **filters)]
    if len(found) != 1:
        how_many = "several are" if found else "nothing is"
        raise ClientError(f"Among {resource} {how_many} called {name!r}.")
    return int(found[0])


def _export(lms: Client, asked: argparse.Namespace) -> int:
    by_name = "jsonl" if asked.output.suffix in (".jsonl", ".ndjson") else "csv"
    size = lms.export(asked.resource, Path(asked.output), asked.format or by_name)
    sys.stderr.write(f"{asked.output}: {size:,} bytes\n")
    return DONE


def _get(lms: Client, asked: argparse.Namespace) -> int:
    return _show(lms.get(asked.resource, asked.id))


def _create(lms: Client, asked: argparse.Namespace) -> int:
    return _show(lms.create(asked.resource, _values(asked.values)))


def _update(lms: Client, asked: argparse.Namespace) -> int:
    return _show(lms.update(asked.resource, asked.id, _values(asked.values)))


def _delete(lms: Client, asked: argparse.Namespace) -> int:
    lms.delete(asked.resource, asked.id)
    return DONE


def _act(lms: Client, asked: argparse.Namespace) -> int:
    return _show(lms.act(asked.resource, asked.id, asked.action))


def _show(row: dict[str, Any]) -> int:
    sys.stdout.write(json.dumps(row, ensure_ascii=False, indent=2) + "\n")
    return DONE


def _values(words: Sequence[str]) -> dict[str, Any]:
    """FIELD=VALUE …; without any, a JSON object from standard input."""
    if words:
        return {name: _read(value) for name, value in _pairs(words).items()}
    try:
        given = json.load(sys.stdin)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise ClientError("Give FIELD=VALUE, or a JSON object on standard input.")
    return given


def _pairs(words: Sequence[str]) -> dict[str, str]:
    split = [word.partition("=") for word in words]
    if bad := next((word for word, (_name, sign, _value) in zip(words, split, strict=True) if not sign), None):
        raise ClientError(f"{bad!r} is not NAME=VALUE.")
    return {name: value for name, _sign, value in split}


def _read(value: str) -> Any:
    """As JSON where it is; else it is text. A text that looks like a number is given as '"123"'."""
    try:
        return json.loads(value)
    except ValueError:
        return value


DOING: dict[str, Callable[[Client, argparse.Namespace], int]] = {
    "import": _import,
    "list": _list,
    "export": _export,
    "get": _get,
    "create": _create,
    "update": _update,
    "delete": _delete,
    "act": _act,
}

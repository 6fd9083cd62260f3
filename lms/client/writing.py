"""What the command line shows: rows as CSV or JSON Lines, and how far an import is."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from .imports import OUTCOMES, Import

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run text that begins with one of these, so an apostrophe goes before it, as in our exports."""
WIDTH = 30
SHOWN = 20
"""Refused rows that are shown; all of them are in the file of `--errors`."""


def write_rows(rows: Iterable[Mapping[str, Any]], format: str, out: IO[str], fields: Sequence[str] = ()) -> None:
    """Each row as it comes; the columns of CSV are `fields`, or all that the first row has."""
    if format == "jsonl":
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    writer: Any = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(fields or row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULA else value


class Progress:
    """A bar on a terminal, a line for every tenth elsewhere; on standard error, so that it is in no file."""

    def __init__(self, words: str, err: IO[str] | None = None) -> None:
        self.words, self.err, self.tenth = words, err or sys.stderr, -1

    def __call__(self, job: Import) -> None:
        """Show how far it is."""
        share = job.position / job.total if job.total else 0.0
        figure = f"{job.position:,} of {job.total:,}" if job.total else f"{job.position:,}"
        if self.err.isatty():
            filled = "#" * round(share * WIDTH)
            self.err.write(f"\r{self.words} [{filled:<{WIDTH}}] {figure} rows ")
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.err.write(f"{self.words}: {figure} rows\n")
        self.err.flush()

    def end(self) -> None:
        """What comes next begins on a line of its own."""
        if self.err.isatty():
            self.err.write("\n")


def report(job: Import, refused: Iterable[Mapping[str, Any]], out: IO[str], *, is_trial: bool) -> None:
    """How many rows of each outcome, and why the first of the refused ones are."""
    words = " would be" if is_trial else ""
    out.write(", ".join(f"{getattr(job, name):,}{words} {name}" for name in OUTCOMES) + "\n")
    number = 0
    for number, row in enumerate(refused, start=1):
        if number > SHOWN:
            out.write(f"  … and {job.refused - SHOWN:,} more\n")
            break
        out.write(f"  row {row['number']}: {row['message']}\n")

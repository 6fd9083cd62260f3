"""Comma-separated values, in whatever encoding and with whatever delimiter people's programs write them."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lms.transfer.reading.limits import LONGEST_CELL, LONGEST_HEADING, MOST_COLUMNS
from lms.transfer.reading.rows import Row, Unusable, as_typed

DELIMITERS = (",", ";", "\t", "|")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
PIECE = 1024 * 1024


def encoding_of(path: Path) -> str:
    """utf-8-sig, utf-16, utf-8 or cp1252, after reading all of it; raises Unusable, with the line, for others."""
    with open(path, "rb") as file:
        start = file.read(4)
    for mark, name in BOMS:
        if start.startswith(mark):
            _check(path, name)
            return name
    try:
        _check(path, "utf-8")
        return "utf-8"
    except Unusable as error:
        if _has_utf8(path):
            raise error from None
    _check(path, "cp1252")
    return "cp1252"


def _check(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                line += piece[: max(0, error.start)].count(b"\n")
                raise Unusable(
                    f"Line {line} has bytes that are not {encoding.upper().removesuffix('-SIG')}. "
                    "Save the file again as UTF-8."
                ) from None
            if "\0" in text:
                raise Unusable("This is not a text file: it has zero bytes. Choose a CSV, XLSX or JSON Lines file.")
            line += text.count("\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Unusable(f"The file breaks off in the middle of a character, in line {line}. Save it again.") from None


def _has_utf8(path: Path) -> bool:
    """Whether it is mostly UTF-8 with something broken in it, rather than another encoding."""
    with open(path, "rb") as file:
        sample = file.read(PIECE)
    return any(ord(character) > 127 and character != "\ufffd" for character in sample.decode("utf-8", "replace"))


class Csv:
    """A CSV file."""

    format, sheet = "csv", ""

    def __init__(self, path: Path, encoding: str = "", delimiter: str = "") -> None:
        self.path = path
        self.sheets: list[str] = []
        self.encoding = encoding or encoding_of(path)
        first = self._first_line()
        self.delimiter = delimiter or _delimiter_of(first)
        self.headings = self._headings(first)

    def _open(self) -> IO[str]:
        return open(self.path, encoding=self.encoding, newline="")

    def _first_line(self) -> str:
        with self._open() as file:
            start = file.read(LONGEST_HEADING)
        line = next(iter(start.splitlines()), "")
        if len(start) == LONGEST_HEADING and len(line) == len(start):
            raise Unusable(
                "The first line is longer than a million characters, so these are not column headings. "
                f"A file has one heading per column, and at most {MOST_COLUMNS} columns."
            )
        if not line.strip():
            raise Unusable("The first line is empty. Put the column headings there.")
        return line

    def _headings(self, line: str) -> list[str]:
        try:
            names = [name.strip() for name in next(csv.reader([line], delimiter=self.delimiter))]
        except csv.Error as error:
            raise Unusable(f"The first line cannot be read: {error}.") from None
        return checked_headings(names)

    def rows(self) -> Iterator[Row]:
        """Each row, by the line on which it ends."""
        csv.field_size_limit(LONGEST_CELL)
        with self._open() as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            number = 0
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    raise Unusable(
                        f"Row {number + 1} cannot be read ({error}). A quotation mark is not closed, perhaps."
                    ) from None
                if cells is None:
                    return
                number += 1
                if number > 1 and any(cell.strip() for cell in cells):
                    yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Row:
        row = Row(number, dict(zip(self.headings, map(as_typed, cells), strict=False)))
        if len(cells) > len(self.headings) and any(cells[len(self.headings) :]):
            row.problems[""] = f"has {len(cells)} cells, but there are {len(self.headings)} columns"
        for place, cell in enumerate(cells[: len(self.headings)]):
            if cell[:1] == "=":
                row.problems[self.headings[place]] = "is a formula; put its value there"
        return row


def checked_headings(names: list[str]) -> list[str]:
    """The headings; raises Unusable when there are too many, two alike, or none."""
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unusable("The first row is empty. Put the column headings there.")
    if len(names) > MOST_COLUMNS:
        raise Unusable(f"This file has {len(names):,} columns; at most {MOST_COLUMNS} can be imported.")
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if not name:
            raise Unusable(f"Column {place} has no heading.")
        if name.casefold() in seen:
            raise Unusable(f"Columns {seen[name.casefold()]} and {place} are both called “{name[:100]}”.")
        seen[name.casefold()] = place
    return [name[:200] for name in names]


def _delimiter_of(line: str) -> str:
    """The one that splits the first line into most columns."""

    def columns(delimiter: str) -> int:
        return max((len(cells) for cells in csv.reader(io.StringIO(line), delimiter=delimiter)), default=0)

    try:
        return max(DELIMITERS, key=columns)
    except csv.Error:
        return ","

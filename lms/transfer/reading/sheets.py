"""XLSX workbooks, row by row, refused before they are unpacked when they would swell."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError  # noqa: N812 - an exception

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from lms.transfer.reading.csvs import checked_headings
from lms.transfer.reading.limits import (
    LARGEST_STRINGS,
    LARGEST_UNPACKED,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_RATIO,
)
from lms.transfer.reading.rows import Cell, Row, Unusable, as_typed

BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, ZlibError, KeyError, ValueError, TypeError, AttributeError,
    IndexError, EOFError, OSError, NotImplementedError,
)  # fmt: skip
"""What a workbook that is damaged, or made to hurt, makes the library say."""


class Xlsx:
    """One sheet of a workbook: the one that is asked for, or the first."""

    format, encoding, delimiter = "xlsx", "", ""

    def __init__(self, path: Path, sheet: str = "") -> None:
        self.path = path
        _check_parts(path)
        with self._workbook() as workbook:
            self.sheets: list[str] = [one.title for one in workbook.worksheets]
            if not self.sheets:
                raise Unusable("This workbook has no sheet with cells.")
            if sheet and sheet not in self.sheets:
                raise Unusable("This workbook has no sheet of this name.")
            self.sheet = sheet or self.sheets[0]
        first: Any = next(self._cells(), [])
        self.headings = checked_headings([str(_value(cell)[0]) for cell in first])

    @contextmanager
    def _workbook(self) -> Iterator[Workbook]:
        try:
            with open(self.path, "rb") as file:
                workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
                try:
                    yield workbook
                finally:
                    workbook.close()
        except Unusable:
            raise
        except BROKEN as error:
            raise Unusable(
                "This workbook is damaged. Open it in your spreadsheet program and save it again."
            ) from error

    def _cells(self) -> Iterator[Any]:
        with self._workbook() as workbook:
            sheet = workbook[self.sheet]
            sheet.reset_dimensions()
            yield from sheet.iter_rows(max_col=MOST_COLUMNS + 1)

    def rows(self) -> Iterator[Row]:
        """Each row that has something in it."""
        for number, cells in enumerate(self._cells(), start=1):
            if number == 1:
                continue
            row = Row(number, {})
            values: dict[str, Cell] = {}
            for place, cell in enumerate(cells):
                value, problem = _value(cell)
                if place < len(self.headings):
                    values[self.headings[place]] = value
                    if problem:
                        row.problems[self.headings[place]] = problem
                elif value or problem:
                    row.problems[""] = f"has something in column {get_column_letter(place + 1)}, which has no heading"
            row.cells = values
            if row.problems or any(values.values()):
                yield row


def _value(cell: Any) -> tuple[Cell, str]:
    """A cell as a person would have typed it, and what is wrong with it."""
    value = cell.value
    if value is None:
        return "", ""
    if cell.data_type == "f":
        return "", "is a formula; put its value there"
    if cell.data_type == "e":
        return "", f"is an error ({value})"
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value), ""
    if isinstance(value, date):
        return value, ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value)), ""
    text = as_typed(str(value))
    return (text, "") if len(text) <= LONGEST_CELL else ("", "is longer than 100,000 characters")


def _check_parts(path: Path) -> None:
    """Raise Unusable for what is no workbook, or would unpack to far more than it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except BROKEN as error:
        raise Unusable("This workbook is damaged. Open it in your spreadsheet program and save it again.") from error
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unusable("This is a ZIP file, but no XLSX workbook. Choose a CSV, XLSX or JSON Lines file.")
    swollen = [
        part for part in parts if part.file_size > 1024 * 1024 and part.file_size > MOST_RATIO * part.compress_size
    ]
    if swollen or len(parts) > 2000 or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Unusable("This workbook unpacks to far more than it is, as no spreadsheet does. It was not opened.")
    if any(part.filename.endswith("sharedStrings.xml") and part.file_size > LARGEST_STRINGS for part in parts):
        raise Unusable("This workbook has more text than can be read at once. Save the sheet as CSV and import that.")

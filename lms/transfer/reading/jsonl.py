"""JSON Lines: an object on every line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lms.transfer.reading.csvs import checked_headings, encoding_of
from lms.transfer.reading.limits import LONGEST_CELL, LONGEST_LINE
from lms.transfer.reading.rows import Cell, Row, Unusable

SAMPLE = 100
"""Lines whose names are taken for columns."""


class JsonLines:
    """A file of JSON objects; the names of the first hundred are its columns."""

    format, delimiter, sheet = "jsonl", "", ""

    def __init__(self, path: Path, encoding: str = "") -> None:
        self.path = path
        self.sheets: list[str] = []
        self.encoding = encoding or encoding_of(path)
        names: dict[str, None] = {}
        for number, line in self._lines():
            if number > SAMPLE:
                break
            names |= dict.fromkeys(_object(number, line))
        self.headings = checked_headings(list(names))

    def _lines(self) -> Iterator[tuple[int, str]]:
        with open(self.path, encoding=self.encoding) as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise Unusable(f"Line {number} is longer than four million characters.")
                if line.strip():
                    yield number, line

    def rows(self) -> Iterator[Row]:
        """Each line."""
        known = set(self.headings)
        for number, line in self._lines():
            row = Row(number, {})
            values: dict[str, Cell] = {}
            try:
                found = _object(number, line)
            except Unusable as error:
                yield Row(number, {}, {"": error.message})
                continue
            for name, value in found.items():
                if name in known:
                    values[name], problem = _value(value)
                    if problem:
                        row.problems[name] = problem
            row.cells = values
            yield row


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise Unusable(f"Line {number} is not JSON.") from None
    if not isinstance(value, dict):
        raise Unusable(f"Line {number} is not a JSON object, in braces.")
    return value


def _value(value: Any) -> tuple[str, str]:
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    if isinstance(value, (dict, list)):
        return "", "is a list or an object, not one value"
    text = str(value).strip()
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return "", "has characters that no text has"
    return (text, "") if len(text) <= LONGEST_CELL else ("", "is longer than 100,000 characters")

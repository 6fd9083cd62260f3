"""What a file is made of, whatever its format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from lms.errors import Invalid
from lms.transfer.spreadsheet import FORMULA

Cell = str | date | datetime
"""Numbers and yes or no come as text, as a person would have typed them; an empty cell is ''."""


@dataclass(slots=True)
class Row:
    """One row: `number` as the file counts, cells by heading, and what is wrong with cells, by heading."""

    number: int
    cells: Mapping[str, Cell]
    problems: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """A file that was recognized."""

    format: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: list[str]
    headings: list[str]

    def rows(self) -> Iterator[Row]:
        """Its rows from the first; raises Unusable where it cannot be read any further."""
        ...


class Unusable(Invalid):
    """The file as a whole cannot be imported; the sentence says where and why."""

    def __init__(self, message: str) -> None:
        super().__init__("file", message)


def as_typed(text: str) -> str:
    """A cell of text without blanks around it, and without the apostrophe that kept a spreadsheet from running it."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text

"""What a kind of import is: its columns, and what to do with a chunk of its rows."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from sqlalchemy import Select
from sqlalchemy.orm import DeclarativeBase

from lms.transfer.models import CHANGED, CREATED, LEFT, REFUSED

Read = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the words it is recognized by, besides its name, and how a cell of it is read."""

    name: str
    label: LazyString
    read: Read
    aliases: tuple[str, ...] = ()
    required: bool = False
    zoned: bool = False
    """Whether `read` takes the organization's time zone too."""


@dataclass(slots=True)
class Line:
    """A row on its way: its values by column, and what becomes of it."""

    number: int
    values: dict[str, Any]
    outcome: str = ""
    message: str = ""
    object_id: int | None = None
    before: dict[str, Any] | None = None

    def refuse(self, message: str) -> None:
        """It cannot be done, for this reason."""
        self.outcome, self.message = REFUSED, message

    def leave(self, object_id: int | None, message: str = "") -> None:
        """There is nothing to do."""
        self.outcome, self.object_id, self.message = LEFT, object_id, message

    def create(self, object_id: int | None) -> None:
        """Made; without an id when it is only a trial."""
        self.outcome, self.object_id = CREATED, object_id

    def change(self, object_id: int, before: dict[str, Any]) -> None:
        """Changed from `before`."""
        self.outcome, self.object_id, self.before = CHANGED, object_id, before


@dataclass(slots=True)
class Run:
    """One pass through a file: for whom, whether it is a trial, and what earlier rows were about."""

    organization_id: int
    zone: ZoneInfo
    actor: Any
    is_trial: bool
    seen: dict[Hashable, int] = field(default_factory=dict)
    """By what a row is about: the number of the first such row."""
    values: dict[int, int] = field(default_factory=dict)
    """What the first rows say, as a hash, by their numbers; not known of rows before a restart."""
    memory: dict[str, Any] = field(default_factory=dict)
    """What a kind looks up once."""

    def open_lines(self, lines: Iterable[Line]) -> list[Line]:
        """Those nothing has become of yet."""
        return [line for line in lines if not line.outcome]

    def is_first(self, line: Line, *tokens: Hashable) -> bool:
        """Whether no earlier row was about the same. Where one was, the line is settled, unless that row was dealt with
        before a restart: then only its message is there, and what stands in the database decides."""
        earlier = next((self.seen[token] for token in tokens if token in self.seen), None)
        if earlier is None:
            for token in tokens:
                self.seen[token] = line.number
            self.values[line.number] = _hash(line.values)
            return True
        if earlier not in self.values:
            line.message = f"Row {earlier} says something else about the same."
        elif self.values[earlier] == _hash(line.values):
            line.leave(None, f"The same as row {earlier}.")
        else:
            line.refuse(f"Row {earlier} says something else about the same.")
        return False


def _hash(values: dict[str, Any]) -> int:
    return hash(tuple((name, str(value)) for name, value in sorted(values.items())))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of import."""

    name: str
    label: LazyString
    about: LazyString
    columns: tuple[Column, ...]
    one_of: tuple[str, ...] = ()
    """Columns of which a file needs at least one: they say who it is about."""
    scope: str
    model: type[DeclarativeBase]
    deal: Callable[[Sequence[Line], Run], None]
    recall: Callable[[Select[Any]], Iterable[tuple[Hashable, int]]]
    """What the rows were about that were dealt with before a restart: tokens and row numbers. It gets a select of
    object id and row number to join with."""
    built_on: Callable[[Sequence[Any]], set[int]] = lambda objects: set()
    """Ids of the objects on which something was built that no foreign key tells of; they stay when the import is taken
    back."""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Its columns."""
        return {column.name: column for column in self.columns}

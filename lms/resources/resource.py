"""What can be asked for and changed by call, and exported, as data: a new resource is one more `Resource`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, quoted_name, select
from sqlalchemy.orm import DeclarativeBase

from lms.attrs import Attrs
from lms.policy import Person

Type = Literal["string", "integer", "boolean", "date", "date-time", "object", "objects", "list", "ids"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a resource: its name, where it stands, and what it is."""

    name: str
    column: Any
    type: Type = "string"
    nullable: bool = False
    filter: bool = False
    """Whether a list can be asked for those with one value of it."""
    about: str = ""
    narrow: Callable[[Any], ColumnElement[bool]] | None = None
    """The condition of a filter, where it is another one than equality."""
    derived: bool = False
    """Worked out of the rows by `Resource.derive`; no column of the database has it."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What a list can be asked for besides the values of its fields."""

    name: str
    type: Type
    about: str
    narrow: Callable[[Person, Any], Sequence[ColumnElement[bool]]]
    """Conditions for a value, or for None where it was not given."""


def _unchanged(statement: Select[Any]) -> Select[Any]:
    return statement


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Objects of one kind: who may read them, what they show, and the context functions that change them."""

    name: str
    """As in the address, and the name of an export."""
    one: str
    """What one of them is called."""
    scope: str
    """The area of the scopes: `people` needs `people:read`, and `people:write` to change anything."""
    model: type[DeclarativeBase]
    fields: tuple[Field, ...]
    joins: Callable[[Select[Any]], Select[Any]] = _unchanged
    view: tuple[str, str]
    """What one must be allowed to do (`lms.policy`) to see them."""
    attrs: type[Attrs] | None = None
    changes: type[Attrs] | None = None
    """What can be changed, where that is less than what was given at first."""
    create: Callable[[Any, Any], Any] | None = None
    update: Callable[[Any, Any, Any], Any] | None = None
    delete: Callable[[Any, Any], Any] | None = None
    actions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Things to do with one of them, by the last part of the address: they take it, what `asks` has, and the actor."""
    asks: Mapping[str, type[Attrs]] = field(default_factory=dict)
    """What an action wants to be told, by its name."""
    present: Callable[[Any], Mapping[str, Any]] | None = None
    """What an object has of `changes`, where its attributes of the same names are not all of it."""
    arguments: tuple[Argument, ...] = ()
    derive: Callable[[Sequence[Any], Person], Sequence[Mapping[str, Any]]] | None = None
    """The derived fields of some rows, in a fixed number of statements."""

    @property
    def by_name(self) -> dict[str, Field]:
        """Its fields."""
        return {one.name: one for one in self.fields}

    def select(self, actor: Person, names: Sequence[str] = ()) -> Select[Any]:
        """Rows of the actor's organization with the fields `names`, or all, in the order of their ids.

        Without the derived fields; where those are wanted, with all that they may be derived from.
        """
        is_whole = not names or any(self.by_name[name].derived for name in names)
        wanted = [one for one in self.fields if not one.derived and (is_whole or one.name in names)]
        columns = [one.column.label(quoted_name(one.name, quote=True)) for one in wanted]
        statement = select(*columns).select_from(self.model)
        return self.joins(statement).where(self.mine(actor)).order_by(self.id_column)

    def every(self, actor: Person) -> Select[Any]:
        """All that a list shows which was asked for nothing in particular."""
        return self.select(actor).where(*(condition for one in self.arguments for condition in one.narrow(actor, None)))

    def shown(self, rows: Sequence[Any], actor: Person, names: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Rows of `select`, by field, as JSON knows them."""
        wanted = [one for one in self.fields if not names or one.name in names]
        if self.derive is None or not any(one.derived for one in wanted):
            order = [one.name for one in wanted]
            return [dict(zip(order, map(in_json, row), strict=False)) for row in rows]
        whole = [{**row._mapping, **more} for row, more in zip(rows, self.derive(rows, actor), strict=True)]
        return [{one.name: in_json(values[one.name]) for one in wanted} for values in whole]

    def mine(self, actor: Person) -> ColumnElement[bool]:
        """Condition: belongs to the actor's organization."""
        column: Any = self.model.organization_id  # type: ignore[attr-defined]
        return column == actor.organization_id

    @property
    def id_column(self) -> Any:
        """The column of its ids."""
        return self.model.id  # type: ignore[attr-defined]


def in_json(value: Any) -> Any:
    """A field's value as JSON knows it; moments in UTC as in RFC 3339."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value

"""What can be asked for and changed by call, and exported, as data: a new resource is one more `Resource`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import DeclarativeBase

from lms.attrs import Attrs
from lms.policy import Person

Type = Literal["string", "integer", "boolean", "date-time", "object", "list"]


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
    actions: Mapping[str, Callable[[Any, Any], Any]] = field(default_factory=dict)
    """Things to do with one of them, by the last part of the address."""

    @property
    def by_name(self) -> dict[str, Field]:
        """Its fields."""
        return {one.name: one for one in self.fields}

    def select(self, actor: Person, names: Sequence[str] = ()) -> Select[Any]:
        """Rows of the actor's organization with the fields `names`, or all, in the order of their ids."""
        wanted = [one for one in self.fields if not names or one.name in names]
        statement = select(*(one.column.label(one.name) for one in wanted)).select_from(self.model)
        return self.joins(statement).where(self.mine(actor)).order_by(self.id_column)

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
    return value


def shown(row: Any) -> dict[str, Any]:
    """A row of `Resource.select`, by field."""
    return {name: in_json(value) for name, value in row._mapping.items()}

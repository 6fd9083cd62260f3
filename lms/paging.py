"""Pages of a list: the same words for every table, whatever stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from lms.db import db

SIZES = (25, 50, 100)
"""Page sizes a person can choose from."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Page `number` (from 1) of a list of `total` items, `size` to a page."""

    items: Sequence[Item]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first item shown, 0 when the list is empty."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last item shown."""
        return min(self.number * self.size, self.total)


def paginate(statement: Select[Any], number: int = 1, size: int = SIZES[0], *, scalars: bool = True) -> Page[Any]:
    """The page of `statement`'s rows, or of its first column with `scalars`; two statements, whatever the length.

    A page past the end becomes the last page; a size that is not offered becomes the smallest.
    """
    size = size if size in SIZES else SIZES[0]
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(1, number), max(1, -(-total // size)))
    result = db.session.execute(statement.limit(size).offset((number - 1) * size))
    return Page(result.scalars().all() if scalars else result.all(), total, number, size)

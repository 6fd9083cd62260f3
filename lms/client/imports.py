"""An import as the LMS shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AT_WORK = ("checking", "running", "undoing")
OUTCOMES = ("created", "changed", "left", "refused")


@dataclass(frozen=True, slots=True)
class Import:
    """A file on its way in. The four outcomes are numbers of rows; `columns` is our column by heading."""

    id: int
    kind: str
    state: str
    """uploaded, checking, checked, running, stopped, done, failed, undoing or undone."""
    title: str = ""
    total: int = 0
    """Rows in the file, 0 until it was read to its end."""
    position: int = 0
    created: int = 0
    changed: int = 0
    left: int = 0
    refused: int = 0
    problem: str = ""
    headings: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> "Import":
        """From an answer; what this client does not know is left out."""
        return cls(**{name: shown[name] for name in cls.__slots__ if name in shown})

    @property
    def is_at_work(self) -> bool:
        """Whether a worker is at it, so that asking again shows more."""
        return self.state in AT_WORK

    @property
    def has_effect(self) -> bool:
        """Whether anything is, or would be, created or changed."""
        return bool(self.created or self.changed)

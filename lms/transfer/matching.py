"""Which column of a file is which of ours: as last time, or by the words of the heading."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from lms.db import db, upsert
from lms.transfer.kinds import Kind
from lms.transfer.models import ColumnMatch


def _plain(words: str) -> str:
    return re.sub(r"[\W_]+", " ", words.casefold()).strip()


def match(kind: Kind, headings: Sequence[str], organization_id: int) -> dict[str, str]:
    """Our column by heading, for every heading that is recognized; no column twice."""
    remembered = {
        heading: column
        for heading, column in db.session.execute(
            select(ColumnMatch.heading, ColumnMatch.column).where(
                ColumnMatch.organization_id == organization_id, ColumnMatch.kind == kind.name
            )
        )
    }
    words: dict[str, str] = {}
    for column in kind.columns:
        for word in (column.name, *column.aliases):
            words.setdefault(_plain(word), column.name)
    found: dict[str, str] = {}
    for heading in headings:
        name = remembered.get(heading.casefold())
        if name is None:
            name = words.get(_plain(heading), "")
        if name in kind.by_name and name not in found.values():
            found[heading] = name
    return found


def remember(kind: Kind, headings: Sequence[str], columns: dict[str, str], organization_id: int) -> None:
    """Keep how this file's columns were matched, for the next one; in the caller's transaction."""
    rows = [
        {
            "organization_id": organization_id,
            "kind": kind.name,
            "heading": heading.casefold(),
            "column": columns.get(heading, ""),
        }
        for heading in headings
    ]
    statement = upsert(ColumnMatch)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_id", "kind", "heading"], set_={"column": statement.excluded.column}
        ),
        rows,
    )


def what_is_missing(kind: Kind, columns: dict[str, str]) -> str:
    """What a file still needs, as a sentence; empty when it has everything."""
    have = set(columns.values())
    missing = [column.name for column in kind.columns if column.required and column.name not in have]
    if missing:
        return f"Say which column is {' and which is '.join(missing)}."
    if kind.one_of and not have & set(kind.one_of):
        return f"Say which column is {' or '.join(kind.one_of)}: it says who each row is about."
    return ""

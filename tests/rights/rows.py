"""What an organization has, to see that nothing of it changed."""

from typing import Any

from sqlalchemy import select

from lms.db import db
from tests.rights.world import World


def rows_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of an organization, by table."""
    db.session.rollback()
    return {
        table.name: [tuple(row) for row in db.session.execute(
            select(table).where(table.c.organization_id == world.organization.id).order_by(*table.primary_key)
        )]
        for table in db.metadata.sorted_tables if "organization_id" in table.c
    }  # fmt: skip

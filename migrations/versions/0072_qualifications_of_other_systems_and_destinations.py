"""Ids of qualifications in other systems; where scheduled exports go, and whether they arrived"""

import sqlalchemy as sa
from alembic import op

from lms.db import UtcDateTime

revision = "0072"
down_revision = "0071"


def text(name: str, length: int | None) -> sa.Column:
    kind = sa.String(length=length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, server_default="")


OF_SCHEDULE = (("destination", 10), ("bucket", 63), ("folder", 500), ("host", 253), ("username", 100),
               ("host_key", None), ("secret", None))
OF_EXPORT = (("delivery", 10), ("delivery_problem", None))


def upgrade() -> None:
    with op.batch_alter_table("qualifications") as batch:
        batch.add_column(sa.Column("external_id", sa.String(length=50), nullable=True))
        batch.create_unique_constraint(
            op.f("uq_qualifications_organization_id_external_id"), ["organization_id", "external_id"]
        )
    with op.batch_alter_table("export_schedules") as batch:
        for name, length in OF_SCHEDULE:
            batch.add_column(text(name, length))
        batch.add_column(sa.Column("port", sa.Integer(), nullable=False, server_default="22"))
    op.execute("UPDATE export_schedules SET destination = 'folder'")
    with op.batch_alter_table("exports") as batch:
        for name, length in OF_EXPORT:
            batch.add_column(text(name, length))
        batch.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("try_at", UtcDateTime(timezone=True), nullable=True))
    for table, names in (
        ("export_schedules", [name for name, _ in OF_SCHEDULE] + ["port"]),
        ("exports", [name for name, _ in OF_EXPORT] + ["tries"]),
    ):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("exports") as batch:
        for name in ("try_at", "tries", *(name for name, _ in OF_EXPORT)):
            batch.drop_column(name)
    with op.batch_alter_table("export_schedules") as batch:
        for name in ("port", *(name for name, _ in OF_SCHEDULE)):
            batch.drop_column(name)
    with op.batch_alter_table("qualifications") as batch:
        batch.drop_constraint(op.f("uq_qualifications_organization_id_external_id"), type_="unique")
        batch.drop_column("external_id")

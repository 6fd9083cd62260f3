"""The audit chain: stamps, entries, its signed end, how long audits are kept, holds, verifications"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.db import UtcDateTime

revision = "0080"
down_revision = "0072"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def big(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, BIG, nullable=nullable)


def moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def text(name: str, length: int | None, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=nullable)


def owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id_organizations"),
        ondelete="CASCADE",
    )


def owned(table: str, *columns: sa.Column, unique: bool) -> None:
    """A table with an id, of rows that belong to an organization."""
    constraints = [owner(table), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]
    if unique:
        constraints.append(sa.UniqueConstraint("organization_id", name=op.f(f"uq_{table}_organization_id")))
    op.create_table(table, big("id"), *columns, big("organization_id"), *constraints)
    op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])


def upgrade() -> None:
    op.create_table(
        "audit_stamps",
        sa.Column("change_id", BIG, nullable=False, autoincrement=False),
        big("organization_id"), moment("occurred_at", False), text("stamp", 64, True), moment("refused_at"),
        owner("audit_stamps"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_audit_stamps")),
    )
    op.create_index("ix_audit_stamps_organization_id_change_id", "audit_stamps", ["organization_id", "change_id"])
    op.create_table(
        "audit_seals",
        big("organization_id"), sa.Column("number", BIG, nullable=False, autoincrement=False), big("change_id"),
        moment("sealed_at", False), text("salt", 32, True), text("digest", 64), text("hash", 64),
        text("details", 64, True), text("erasure", 64, True),
        owner("audit_seals"),
        sa.PrimaryKeyConstraint("organization_id", "number", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("change_id", name=op.f("uq_audit_seals_change_id")),
    )
    owned(
        "audit_chains",
        big("number"), text("hash", 64), moment("sealed_at", False), big("removed_number"), text("removed_hash", 64),
        moment("removed_before"), big("adopts_up_to"), text("note", None), text("signature", 64),
        unique=True,
    )
    owned(
        "audit_plans",
        sa.Column("keep_years", sa.Integer(), nullable=False), text("address", 254), text("every", 10),
        moment("mailed_at"), moment("created_at", False), moment("updated_at", False),
        unique=True,
    )
    owned(
        "audit_holds",
        text("reason", None), big("placed_by"), moment("lifted_at"), big("lifted_by", True),
        moment("created_at", False), moment("updated_at", False),
        unique=False,
    )
    owned(
        "audit_verifications",
        big("actor_id", True), text("state", 10), big("checked"), big("total"),
        sa.Column("seconds", sa.Double(), nullable=False), sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("problems", JSON, nullable=False), moment("finished_at"),
        moment("created_at", False), moment("updated_at", False),
        unique=False,
    )
    # What was written before there was a chain waits to be sealed, without a stamp.
    op.execute(
        "INSERT INTO audit_stamps (change_id, organization_id, occurred_at)"
        " SELECT change_id, organization_id, occurred_at FROM audits"
    )


def downgrade() -> None:
    for table in (
        "audit_verifications", "audit_holds", "audit_plans", "audit_chains", "audit_seals", "audit_stamps",
    ):  # fmt: skip
        op.drop_table(table)

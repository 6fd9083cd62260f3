"""Learning record stores: connections, activities, statements; zips of OneRoster"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.db import UtcDateTime

revision = "0073"
down_revision = "0060"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("roster_imports", "lrs_statements", "lrs_activities", "lrs_connections")


def owned(table: str) -> list:
    return [
        sa.Column("organization_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def text(name: str, length: int | None) -> sa.Column:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "lrs_connections",
        sa.Column("id", BIG, nullable=False),
        text("endpoint", 500), text("username", 200), text("secret", None),
        sa.Column("sends", sa.Boolean(), nullable=False),
        sa.Column("reads", sa.Boolean(), nullable=False),
        text("actor", 10),
        moment("sent_at"), text("send_error", None), moment("send_failed_at"),
        moment("read_until"), text("more", None), moment("read_at"), text("read_error", None),
        moment("created_at", False), moment("updated_at", False), *owned("lrs_connections"),
        sa.UniqueConstraint("organization_id", name=op.f("uq_lrs_connections_organization_id")),
    )
    op.create_table(
        "lrs_activities",
        sa.Column("id", BIG, nullable=False),
        text("activity", 500),
        sa.Column("subject_id", BIG, nullable=False),
        moment("created_at", False), moment("updated_at", False), *owned("lrs_activities"),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_lrs_activities_subject_id_subjects"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "organization_id", "activity", name=op.f("uq_lrs_activities_organization_id_activity")
        ),
    )
    op.create_index(op.f("ix_lrs_activities_subject_id"), "lrs_activities", ["subject_id"])
    op.create_table(
        "lrs_statements",
        sa.Column("id", BIG, nullable=False),
        text("statement_id", 36), text("endpoint", 500), text("verb", 20), text("activity", 500), text("actor", 300),
        text("outcome", 10), text("reason", None),
        sa.Column("result_id", BIG, nullable=True),
        sa.Column("body", JSON, nullable=True),
        moment("created_at", False), *owned("lrs_statements"),
        sa.UniqueConstraint(
            "organization_id", "statement_id", name=op.f("uq_lrs_statements_organization_id_statement_id")
        ),
    )
    op.create_index(op.f("ix_lrs_statements_result_id"), "lrs_statements", ["result_id"])
    op.create_index(
        "ix_lrs_statements_organization_id_outcome", "lrs_statements", ["organization_id", "outcome", "id"]
    )
    op.create_table(
        "roster_imports",
        sa.Column("id", BIG, nullable=False),
        text("title", 200), text("path", 100), text("state", 10),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        *(sa.Column(name, JSON, nullable=False) for name in ("imports", "rows", "skipped")),
        sa.Column("skipped_number", sa.Integer(), nullable=False),
        text("problem", None), text("request_id", 64),
        sa.Column("actor_id", BIG, nullable=True),
        moment("started_at"), moment("finished_at"),
        moment("created_at", False), moment("updated_at", False), *owned("roster_imports"),
    )
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

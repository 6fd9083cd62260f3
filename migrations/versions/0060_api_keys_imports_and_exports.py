"""API keys, imports and exports; how other systems know a person"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.db import UtcDateTime

revision = "0060"
down_revision = "0030"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def owned(table: str) -> list:
    return [
        sa.Column("organization_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def stamped() -> list:
    return [
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
    ]


def moment(name: str) -> sa.Column:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=True)


def text(name: str, length: int | None, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.add_column(text("external_id", 50, True))
        batch.add_column(text("personnel_number", 50, True))
        batch.create_unique_constraint(
            op.f("uq_users_organization_id_external_id"), ["organization_id", "external_id"]
        )
        batch.create_unique_constraint(
            op.f("uq_users_organization_id_personnel_number"), ["organization_id", "personnel_number"]
        )
    op.create_index("ix_audits_request_id", "audits", ["request_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", BIG, nullable=False),
        text("name", 200), text("client_id", 40), text("secret_hash", 64),
        sa.Column("scopes", JSON, nullable=False),
        moment("expires_at"), moment("last_used_at"), moment("revoked_at"),
        sa.Column("created_by_id", BIG, nullable=True),
        *stamped(), *owned("api_keys"),
        sa.UniqueConstraint("client_id", name=op.f("uq_api_keys_client_id")),
    )
    op.create_index(op.f("ix_api_keys_organization_id"), "api_keys", ["organization_id"])
    op.create_table(
        "api_answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("api_key_id", BIG, nullable=False),
        text("token", 255), text("request_hash", 64),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", JSON, nullable=True),
        sa.Column("body", JSON, nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        *owned("api_answers"),
        sa.UniqueConstraint(
            "organization_id", "api_key_id", "token", name=op.f("uq_api_answers_organization_id_api_key_id_token")
        ),
    )
    op.create_index(op.f("ix_api_answers_organization_id"), "api_answers", ["organization_id"])
    op.create_index(op.f("ix_api_answers_created_at"), "api_answers", ["created_at"])
    op.create_table(
        "imports",
        sa.Column("id", BIG, nullable=False),
        text("kind", 20), text("title", 200), text("path", 100), text("format", 10), text("encoding", 20),
        text("delimiter", 1), text("sheet", 100),
        *(sa.Column(name, JSON, nullable=False) for name in ("sheets", "headings", "columns")),
        sa.Column("tell", sa.Boolean(), nullable=False),
        text("state", 10),
        *(sa.Column(name, sa.Integer(), nullable=False)
          for name in ("total", "position", "created", "changed", "left", "refused")),
        text("problem", None), text("request_id", 64),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("scopes", JSON, nullable=True),
        moment("started_at"), moment("finished_at"),
        *stamped(), *owned("imports"),
    )
    op.create_index(op.f("ix_imports_organization_id"), "imports", ["organization_id"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        text("outcome", 10),
        sa.Column("object_id", BIG, nullable=True),
        sa.Column("before", JSON, nullable=True),
        text("message", None),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id_imports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_import_id_outcome", "import_rows", ["import_id", "outcome", "number"])
    op.create_table(
        "import_columns",
        sa.Column("id", BIG, nullable=False),
        text("kind", 20), text("heading", 200), text("column", 40),
        *owned("import_columns"),
        sa.UniqueConstraint(
            "organization_id", "kind", "heading", name=op.f("uq_import_columns_organization_id_kind_heading")
        ),
    )
    op.create_index(op.f("ix_import_columns_organization_id"), "import_columns", ["organization_id"])
    op.create_table(
        "export_schedules",
        sa.Column("id", BIG, nullable=False),
        text("kind", 20), text("format", 10), text("every", 10),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        *stamped(), *owned("export_schedules"),
    )
    op.create_index(op.f("ix_export_schedules_organization_id"), "export_schedules", ["organization_id"])
    op.create_index(op.f("ix_export_schedules_next_at"), "export_schedules", ["next_at"])
    op.create_table(
        "exports",
        sa.Column("id", BIG, nullable=False),
        text("kind", 20), text("format", 10), text("title", 200), text("path", 100), text("state", 10),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        text("problem", None),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("schedule_id", BIG, nullable=True),
        moment("claimed_until"), moment("finished_at"),
        *stamped(), *owned("exports"),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["export_schedules.id"], name=op.f("fk_exports_schedule_id_export_schedules"),
            ondelete="SET NULL",
        ),
    )
    op.create_index(op.f("ix_exports_organization_id"), "exports", ["organization_id"])
    op.create_index(op.f("ix_exports_schedule_id"), "exports", ["schedule_id"])


def downgrade() -> None:
    for table in ("exports", "export_schedules", "import_columns", "import_rows", "imports", "api_answers", "api_keys"):
        op.drop_table(table)
    op.drop_index("ix_audits_request_id", "audits")
    with op.batch_alter_table("users") as batch:
        batch.drop_constraint(op.f("uq_users_organization_id_personnel_number"), type_="unique")
        batch.drop_constraint(op.f("uq_users_organization_id_external_id"), type_="unique")
        batch.drop_column("personnel_number")
        batch.drop_column("external_id")

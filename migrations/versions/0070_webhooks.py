"""Webhooks: endpoints, messages to them, and what they answered"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.db import UtcDateTime

revision = "0070"
down_revision = "0073"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def id_column() -> sa.Column:
    return sa.Column("id", BIG, nullable=False)


def moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def text(name: str, length: int | None, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=nullable)


def refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        id_column(),
        text("title", 200), text("description", 1000), text("url", 2000),
        sa.Column("types", JSON, nullable=False),
        sa.Column("actions", JSON, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        text("disabled_because", 20, True),
        text("secret", 120), text("old_secret", 120, True), moment("old_secret_until"),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("failing_since"), moment("rest_until"), moment("claimed_at"), moment("last_success_at"),
        moment("created_at", False), moment("updated_at", False),
        sa.Column("organization_id", BIG, nullable=False),
        refers("webhook_endpoints", "organization_id", "organizations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(op.f("ix_webhook_endpoints_organization_id"), "webhook_endpoints", ["organization_id"])
    op.create_table(
        "webhook_messages",
        id_column(),
        sa.Column("endpoint_id", BIG, nullable=False),
        sa.Column("change_id", BIG, nullable=True),
        text("uid", 64), text("type", 80), text("subject", 80), text("body", None), text("state", 10),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        text("error", None, True),
        moment("created_at", False), moment("due_at"), moment("sent_at"),
        sa.Column("organization_id", BIG, nullable=False),
        refers("webhook_messages", "endpoint_id", "webhook_endpoints"),
        refers("webhook_messages", "organization_id", "organizations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_messages")),
        sa.UniqueConstraint("endpoint_id", "change_id", name=op.f("uq_webhook_messages_endpoint_id_change_id")),
    )
    op.create_index(op.f("ix_webhook_messages_organization_id"), "webhook_messages", ["organization_id"])
    op.create_index("ix_webhook_messages_endpoint_id_id", "webhook_messages", ["endpoint_id", "id"])
    unsettled = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_webhook_messages_endpoint_id_due_at_unsettled", "webhook_messages", ["endpoint_id", "due_at", "id"],
        postgresql_where=unsettled, sqlite_where=unsettled,
    )
    op.create_table(
        "webhook_attempts",
        id_column(),
        sa.Column("message_id", BIG, nullable=False),
        moment("at", False),
        text("url", 2000),
        sa.Column("request_headers", JSON, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", JSON, nullable=False),
        text("body", None), text("error", None, True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        refers("webhook_attempts", "message_id", "webhook_messages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index(op.f("ix_webhook_attempts_message_id"), "webhook_attempts", ["message_id"])


def downgrade() -> None:
    for table in ("webhook_attempts", "webhook_messages", "webhook_endpoints"):
        op.drop_table(table)

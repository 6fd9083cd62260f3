"""Reminders of qualifications that expire"""

import sqlalchemy as sa
from alembic import op

from lms.db import Json, UtcDateTime

revision = "0051"
down_revision = "0050"


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminder_plans",
        sa.Column("id", big(), nullable=False),
        sa.Column("days", Json, nullable=False),
        sa.Column("to_managers", sa.Boolean(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("organization_id", big(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_reminder_plans_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_plans")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_reminder_plans_organization_id")),
    )
    op.create_index(op.f("ix_reminder_plans_organization_id"), "reminder_plans", ["organization_id"], unique=False)
    op.create_table(
        "reminder_runs",
        sa.Column("organization_id", big(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_reminder_runs_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_reminder_runs")),
    )
    op.create_table(
        "reminder_letters",
        sa.Column("id", big(), nullable=False),
        sa.Column("user_id", big(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("occasion", sa.String(length=60), nullable=True),
        sa.Column("params", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("organization_id", big(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_reminder_letters_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reminder_letters_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_letters")),
        sa.UniqueConstraint("user_id", "kind", "occasion", name=op.f("uq_reminder_letters_user_id_kind_occasion")),
    )
    op.create_index(op.f("ix_reminder_letters_organization_id"), "reminder_letters", ["organization_id"], unique=False)
    op.create_table(
        "expiry_reminders",
        sa.Column("id", big(), nullable=False),
        sa.Column("holding_id", big(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("user_id", big(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["holdings.id"], name=op.f("fk_expiry_reminders_holding_id_holdings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_expiry_reminders_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_reminders")),
        sa.UniqueConstraint(
            "holding_id",
            "valid_until",
            "days",
            "user_id",
            name=op.f("uq_expiry_reminders_holding_id_valid_until_days_user_id"),
        ),
    )
    op.create_index(op.f("ix_expiry_reminders_user_id"), "expiry_reminders", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("expiry_reminders")
    op.drop_table("reminder_letters")
    op.drop_table("reminder_runs")
    op.drop_table("reminder_plans")

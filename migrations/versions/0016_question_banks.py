"""Question banks, questions, versions of questions, and imports of questions"""

import sqlalchemy as sa
from alembic import op

from lms.db import Json, UtcDateTime

revision = "0016"
down_revision = "0014"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def owned(table: str) -> list:
    return [
        sa.Column("id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f(f"fk_{table}_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
    ]


def in_bank(table: str) -> list:
    return [
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("bank_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["question_banks.id"], name=op.f(f"fk_{table}_bank_id_question_banks"), ondelete="CASCADE"
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "question_banks",
        *owned("question_banks"),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
    )
    op.create_table(
        "questions",
        *owned("questions"),
        *in_bank("questions"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("definition", Json, nullable=False),
    )
    op.create_index(op.f("ix_questions_bank_id"), "questions", ["bank_id"])
    op.create_table(
        "question_versions",
        *owned("question_versions"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.UniqueConstraint("organization_id", "digest", name=op.f("uq_question_versions_organization_id_digest")),
    )
    op.create_table(
        "question_imports",
        *owned("question_imports"),
        *in_bank("question_imports"),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("report", Json, nullable=False),
        sa.CheckConstraint("status IN ('checked', 'taken')", name=op.f("ck_question_imports_status")),
    )
    op.create_index(op.f("ix_question_imports_bank_id"), "question_imports", ["bank_id"])
    for table in ("question_banks", "questions", "question_versions", "question_imports"):
        op.create_index(op.f(f"ix_{table}_organization_id"), table, ["organization_id"])


def downgrade() -> None:
    for table in ("question_imports", "question_versions", "questions", "question_banks"):
        op.drop_table(table)

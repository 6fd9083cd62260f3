"""Attempts and answers"""

import sqlalchemy as sa
from alembic import op

from lms.db import Json, UtcDateTime

revision = "0014"
down_revision = "0013"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWNERS = {
    "enrollment_id": ("enrollments", "CASCADE"), "subject_id": ("subjects", "CASCADE"),
    "course_id": ("courses", "CASCADE"), "user_id": ("users", "CASCADE"),
    "version_id": ("content_versions", "RESTRICT"), "organization_id": ("organizations", "CASCADE"),
}  # fmt: skip


def _reference(table: str, column: str, to: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", BigId, nullable=False),
        *(sa.Column(name, BigId, nullable=False) for name in OWNERS),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("deadline", UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("of", sa.Double(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        *(_reference("attempts", name, *target) for name, target in OWNERS.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("enrollment_id", "subject_id", "number", name=op.f("uq_attempts_enrollment_id_subject_id_number")),
    )
    for name in ("subject_id", "course_id", "user_id", "version_id", "organization_id"):
        op.create_index(op.f(f"ix_attempts_{name}"), "attempts", [name])
    op.create_index(
        "ix_attempts_deadline_open",
        "attempts",
        ["deadline"],
        postgresql_where=sa.text("finished_at IS NULL"),
        sqlite_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "answers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("question_version_id", BigId, nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("of", sa.Double(), nullable=False),
        sa.Column("client_ids", Json, nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        _reference("answers", "attempt_id", "attempts", "CASCADE"),
        _reference("answers", "organization_id", "organizations", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("attempt_id", "key", name=op.f("uq_answers_attempt_id_key")),
    )
    op.create_index(op.f("ix_answers_question_version_id"), "answers", ["question_version_id"])
    op.create_index(op.f("ix_answers_organization_id"), "answers", ["organization_id"])


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_table("attempts")

"""Packages made elsewhere, and what learners do in them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from lms.db import UtcDateTime

revision = "0017"
down_revision = "0016"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "package_documents",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("resource", sa.String(length=10), nullable=False),
        sa.Column("activity_hash", sa.String(length=64), nullable=False),
        sa.Column("registration", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.String(length=500), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_package_documents_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_package_documents_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_documents")),
        sa.UniqueConstraint(
            "user_id", "resource", "activity_hash", "registration", "document_id", name=op.f("uq_package_documents_key")
        ),
    )
    with op.batch_alter_table("package_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_documents_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "packages",
        sa.Column("id", BIG, nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(length=200), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_packages_content_id_contents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_packages_created_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_packages_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packages")),
        sa.UniqueConstraint("content_id", "version", name=op.f("uq_packages_content_id_version")),
        sa.UniqueConstraint("prefix", name=op.f("uq_packages_prefix")),
    )
    with op.batch_alter_table("packages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_packages_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packages_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "package_attempts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("package_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("registration", sa.String(length=36), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_package_attempts_course_id_courses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_package_attempts_enrollment_id_enrollments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_package_attempts_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_package_attempts_package_id_packages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_package_attempts_subject_id_subjects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_package_attempts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_attempts")),
        sa.UniqueConstraint(
            "enrollment_id", "subject_id", "number", name=op.f("uq_package_attempts_enrollment_id_subject_id_number")
        ),
        sa.UniqueConstraint("registration", name=op.f("uq_package_attempts_registration")),
    )
    with op.batch_alter_table("package_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_attempts_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_attempts_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_attempts_package_id"), ["package_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_attempts_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_attempts_user_id"), ["user_id"], unique=False)

    op.create_table(
        "package_units",
        sa.Column("id", BIG, nullable=False),
        sa.Column("package_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("href", sa.Text(), nullable=True),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_package_units_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_package_units_package_id_packages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_units")),
        sa.UniqueConstraint("package_id", "position", name=op.f("uq_package_units_package_id_position")),
    )
    with op.batch_alter_table("package_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_units_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "package_unit_attempts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("attempt_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("spoke", sa.Boolean(), nullable=False),
        sa.Column("launched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reported_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["package_attempts.id"],
            name=op.f("fk_package_unit_attempts_attempt_id_package_attempts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_package_unit_attempts_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["package_units.id"],
            name=op.f("fk_package_unit_attempts_unit_id_package_units"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_unit_attempts")),
        sa.UniqueConstraint("attempt_id", "unit_id", name=op.f("uq_package_unit_attempts_attempt_id_unit_id")),
    )
    with op.batch_alter_table("package_unit_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_unit_attempts_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_unit_attempts_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "package_launches",
        sa.Column("id", BIG, nullable=False),
        sa.Column("unit_attempt_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("seconds_before", sa.Double(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("auth_hash", sa.String(length=64), nullable=True),
        sa.Column("initialized_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_package_launches_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_attempt_id"],
            ["package_unit_attempts.id"],
            name=op.f("fk_package_launches_unit_attempt_id_package_unit_attempts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_launches")),
        sa.UniqueConstraint("auth_hash", name=op.f("uq_package_launches_auth_hash")),
        sa.UniqueConstraint("session", name=op.f("uq_package_launches_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_package_launches_token_hash")),
    )
    with op.batch_alter_table("package_launches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_launches_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_launches_unit_attempt_id"), ["unit_attempt_id"], unique=False)

    op.create_table(
        "package_statements",
        sa.Column("id", BIG, nullable=False),
        sa.Column("attempt_id", BIG, nullable=False),
        sa.Column("launch_id", BIG, nullable=True),
        sa.Column("statement_id", sa.String(length=36), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("is_cmi5", sa.Boolean(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["package_attempts.id"],
            name=op.f("fk_package_statements_attempt_id_package_attempts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"],
            ["package_launches.id"],
            name=op.f("fk_package_statements_launch_id_package_launches"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_package_statements_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_statements")),
        sa.UniqueConstraint("attempt_id", "statement_id", name=op.f("uq_package_statements_attempt_id_statement_id")),
    )
    with op.batch_alter_table("package_statements", schema=None) as batch_op:
        batch_op.create_index("ix_package_statements_attempt_id_stored_at", ["attempt_id", "stored_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_statements_launch_id"), ["launch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_statements_organization_id"), ["organization_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("package_statements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_statements_organization_id"))
        batch_op.drop_index(batch_op.f("ix_package_statements_launch_id"))
        batch_op.drop_index("ix_package_statements_attempt_id_stored_at")

    op.drop_table("package_statements")
    with op.batch_alter_table("package_launches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_launches_unit_attempt_id"))
        batch_op.drop_index(batch_op.f("ix_package_launches_organization_id"))

    op.drop_table("package_launches")
    with op.batch_alter_table("package_unit_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_unit_attempts_unit_id"))
        batch_op.drop_index(batch_op.f("ix_package_unit_attempts_organization_id"))

    op.drop_table("package_unit_attempts")
    with op.batch_alter_table("package_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_units_organization_id"))

    op.drop_table("package_units")
    with op.batch_alter_table("package_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_attempts_user_id"))
        batch_op.drop_index(batch_op.f("ix_package_attempts_subject_id"))
        batch_op.drop_index(batch_op.f("ix_package_attempts_package_id"))
        batch_op.drop_index(batch_op.f("ix_package_attempts_organization_id"))
        batch_op.drop_index(batch_op.f("ix_package_attempts_course_id"))

    op.drop_table("package_attempts")
    with op.batch_alter_table("packages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_packages_organization_id"))
        batch_op.drop_index(batch_op.f("ix_packages_created_by_id"))

    op.drop_table("packages")
    with op.batch_alter_table("package_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_documents_organization_id"))

    op.drop_table("package_documents")

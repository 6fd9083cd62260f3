"""Certificates, their templates and signing keys"""

import sqlalchemy as sa
from alembic import op

from lms.db import UtcDateTime

revision = "0050"
down_revision = "0040"


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "certificate_templates",
        sa.Column("id", big(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("signatory", sa.String(length=200), nullable=False),
        sa.Column("signatory_role", sa.String(length=200), nullable=False),
        sa.Column("logo_id", big(), nullable=True),
        sa.Column("organization_id", big(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_certificate_templates_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_templates")),
        sa.UniqueConstraint(
            "organization_id", "version", name=op.f("uq_certificate_templates_organization_id_version")
        ),
    )
    op.create_index(
        op.f("ix_certificate_templates_organization_id"), "certificate_templates", ["organization_id"], unique=False
    )
    op.create_table(
        "signing_keys",
        sa.Column("id", big(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("organization_id", big(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_signing_keys_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_signing_keys_organization_id_name")),
    )
    op.create_index(op.f("ix_signing_keys_organization_id"), "signing_keys", ["organization_id"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", big(), nullable=False),
        sa.Column("number", sa.String(length=19), nullable=False),
        sa.Column("user_id", big(), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("about_id", big(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("template_id", big(), nullable=True),
        sa.Column("source_type", sa.String(length=20), nullable=False),
        sa.Column("source_id", big(), nullable=False),
        sa.Column("superseded_by_id", big(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=500), nullable=False),
        sa.Column("revoked_by_id", big(), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("organization_id", big(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_certificates_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["certificates.id"],
            name=op.f("fk_certificates_superseded_by_id_certificates"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["certificate_templates.id"],
            name=op.f("fk_certificates_template_id_certificate_templates"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_certificates_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
        sa.UniqueConstraint("source_type", "source_id", name=op.f("uq_certificates_source_type_source_id")),
    )
    op.create_index(op.f("ix_certificates_organization_id"), "certificates", ["organization_id"], unique=False)
    op.create_index(
        "ix_certificates_organization_id_revoked",
        "certificates",
        ["organization_id", "id"],
        unique=False,
        postgresql_where=sa.text("revoked_on IS NOT NULL"),
        sqlite_where=sa.text("revoked_on IS NOT NULL"),
    )
    op.create_index(op.f("ix_certificates_superseded_by_id"), "certificates", ["superseded_by_id"], unique=False)
    op.create_index(op.f("ix_certificates_template_id"), "certificates", ["template_id"], unique=False)
    op.create_index(
        "ix_certificates_user_id_kind_about_id", "certificates", ["user_id", "kind", "about_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("certificates")
    op.drop_table("signing_keys")
    op.drop_table("certificate_templates")

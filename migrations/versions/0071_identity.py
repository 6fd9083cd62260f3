"""Sign-in providers, identities, what a directory says of people, and groups"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.db import UtcDateTime

revision = "0071"
down_revision = "0070"

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


def text(name: str, length: int | None, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length) if length else sa.Text(), nullable=nullable)


def flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def to(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("id", BIG, nullable=False),
        text("name", 200), text("issuer", 500), text("client_id", 200), text("client_secret", None),
        sa.Column("domains", JSON, nullable=False),
        flag("enabled"), flag("creates_people"), text("groups_claim", 200, True), flag("allows_password"),
        *stamped(), *owned("identity_providers"),
        sa.UniqueConstraint("organization_id", name=op.f("uq_identity_providers_organization_id")),
    )
    op.create_index(op.f("ix_identity_providers_organization_id"), "identity_providers", ["organization_id"])
    op.create_table(
        "identities",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        text("issuer", 500), text("subject", 255),
        *stamped(), *owned("identities"), to("identities", "user_id", "users"),
        sa.UniqueConstraint(
            "organization_id", "issuer", "subject", name=op.f("uq_identities_organization_id_issuer_subject")
        ),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_identities_user_id_issuer")),
    )
    op.create_index(op.f("ix_identities_organization_id"), "identities", ["organization_id"])
    op.create_table(
        "directory_people",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        text("user_name", 254), text("user_name_key", 254), text("given_name", 200, True),
        text("family_name", 200, True), text("department", 200, True),
        sa.Column("manager_id", BIG, nullable=True),
        sa.Column("removed_at", UtcDateTime(timezone=True), nullable=True),
        *stamped(), *owned("directory_people"),
        to("directory_people", "user_id", "users"), to("directory_people", "manager_id", "users", "SET NULL"),
        sa.UniqueConstraint("user_id", name=op.f("uq_directory_people_user_id")),
        sa.UniqueConstraint(
            "organization_id", "user_name_key", name=op.f("uq_directory_people_organization_id_user_name_key")
        ),
    )
    op.create_index(op.f("ix_directory_people_organization_id"), "directory_people", ["organization_id"])
    op.create_index(op.f("ix_directory_people_manager_id"), "directory_people", ["manager_id"])
    op.create_table(
        "groups",
        sa.Column("id", BIG, nullable=False),
        text("name", 200), text("external_id", 200, True),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("department_id", BIG, nullable=True),
        *stamped(), *owned("groups"), to("groups", "department_id", "departments", "SET NULL"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_groups_organization_id"), "groups", ["organization_id"])
    op.create_index(op.f("ix_groups_department_id"), "groups", ["department_id"])
    op.create_table(
        "group_members",
        sa.Column("id", BIG, nullable=False),
        sa.Column("group_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        *owned("group_members"), to("group_members", "group_id", "groups"), to("group_members", "user_id", "users"),
        sa.UniqueConstraint("group_id", "user_id", name=op.f("uq_group_members_group_id_user_id")),
    )
    op.create_index(op.f("ix_group_members_organization_id"), "group_members", ["organization_id"])
    op.create_index(op.f("ix_group_members_user_id"), "group_members", ["user_id"])


def downgrade() -> None:
    for table in ("group_members", "groups", "directory_people", "identities", "identity_providers"):
        op.drop_table(table)

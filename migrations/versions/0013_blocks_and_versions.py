"""Pages made of blocks, and versions of contents"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from lms.db import Json, UtcDateTime

revision = "0013"
down_revision = "0010"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "content_versions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("content_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("pages", Json, nullable=False),
        sa.Column("quiz", Json, nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.Column("published_by_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_content_versions_content_id_contents"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_content_versions_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_versions")),
        sa.UniqueConstraint("content_id", "number", name=op.f("uq_content_versions_content_id_number")),
    )
    op.create_index(op.f("ix_content_versions_organization_id"), "content_versions", ["organization_id"])

    # Not as a batch: that would make the table anew on SQLite, and with the old one all that refers to it would go.
    # The defaults stay for the same reason.
    for column in (
        sa.Column("kind", sa.String(length=10), nullable=False, server_default="pages"),
        sa.Column("quiz", Json, nullable=False, server_default="{}"),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("published_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("has_changes", sa.Boolean(), nullable=False, server_default=sa.true()),
    ):
        op.add_column("contents", column)
    for column in (
        sa.Column("blocks", Json, nullable=False, server_default="[]"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("writer", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("changed_by_id", BigId, nullable=True),
    ):
        op.add_column("content_pages", column)
    _to_blocks_and_versions()
    op.drop_column("content_pages", "body")


def _tables() -> tuple[sa.TableClause, sa.TableClause, sa.TableClause]:
    contents = sa.table(
        "contents", *map(sa.column, ("id", "title", "organization_id", "version", "has_changes")),
        sa.column("updated_at", UtcDateTime()), sa.column("published_at", UtcDateTime()),
    )  # fmt: skip
    pages = sa.table(
        "content_pages", *map(sa.column, ("id", "content_id", "position", "title", "body")), sa.column("blocks", Json)
    )
    versions = sa.table(
        "content_versions", *map(sa.column, ("content_id", "number", "title", "moves", "organization_id")),
        sa.column("pages", Json), sa.column("quiz", Json), sa.column("created_at", UtcDateTime()),
    )  # fmt: skip
    return contents, pages, versions


def _to_blocks_and_versions() -> None:
    """Each text becomes a block, and what learners read until now becomes version 1."""
    contents, pages, versions = _tables()
    connection = op.get_bind()
    for content in connection.execute(sa.select(contents)).all():
        frozen = []
        rows = connection.execute(
            sa.select(pages).where(pages.c.content_id == content.id).order_by(pages.c.position, pages.c.id)
        ).all()
        for page in rows:
            blocks = [{"id": uuid4().hex[:10], "kind": "text", "html": page.body}] if page.body else []
            connection.execute(pages.update().where(pages.c.id == page.id).values(blocks=blocks))
            frozen.append({"id": page.id, "title": page.title, "blocks": blocks})
        if frozen:
            connection.execute(
                versions.insert().values(
                    content_id=content.id, number=1, title=content.title, pages=frozen, quiz={}, moves=False,
                    organization_id=content.organization_id, created_at=content.updated_at,
                )
            )  # fmt: skip
            connection.execute(
                contents.update()
                .where(contents.c.id == content.id)
                .values(version=1, has_changes=False, published_at=content.updated_at)
            )


def downgrade() -> None:
    op.add_column("content_pages", sa.Column("body", sa.Text(), nullable=False, server_default=""))
    _contents, pages, _versions = _tables()
    connection = op.get_bind()
    for page in connection.execute(sa.select(pages)).all():
        body = "\n".join(block["html"] for block in page.blocks if block.get("html"))
        connection.execute(pages.update().where(pages.c.id == page.id).values(body=body))
    for name in ("blocks", "revision", "writer", "changed_by_id"):
        op.drop_column("content_pages", name)
    for name in ("kind", "quiz", "version", "published_at", "has_changes"):
        op.drop_column("contents", name)
    op.drop_index(op.f("ix_content_versions_organization_id"), "content_versions")
    op.drop_table("content_versions")

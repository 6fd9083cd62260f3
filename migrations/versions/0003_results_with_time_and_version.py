"""Results with the time spent and the version of the content"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("results", sa.Column("seconds", sa.Integer(), nullable=True))
    op.add_column("results", sa.Column("version", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("results", "version")
    op.drop_column("results", "seconds")

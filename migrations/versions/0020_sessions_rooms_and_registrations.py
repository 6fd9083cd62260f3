"""Sessions, rooms, instructors, event templates; registrations, attendance, calendar feeds"""

import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from lms.db import UtcDateTime

revision = "0020"
down_revision = "0051"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = UtcDateTime(timezone=True)


def owned(table: str) -> list[sa.schema.SchemaItem]:
    """What every row of an organization has."""
    return [
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        key(table, "organization_id", "organizations", "CASCADE"),
    ]


def key(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    """A foreign key under its conventional name."""
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def index(table: str, *columns: str) -> None:
    """An index under its conventional name."""
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


EVENT_COLUMNS = [
    ("timezone", sa.String(length=50), "Europe/Amsterdam"),
    ("status", sa.String(length=10), "planned"),
    ("reason", sa.String(length=500), ""),
    ("minimum", sa.Integer(), "0"),
    ("cost_centre", sa.String(length=50), ""),
    ("approval", sa.Boolean(), sa.false()),
    ("part_passes", sa.Boolean(), sa.false()),
    ("prerequisites", JSON, "[]"),
]
NULLABLE = [
    ("capacity", sa.Integer()),
    ("opens_at", MOMENT),
    ("closes_at", MOMENT),
    ("cancel_until", MOMENT),
    ("series_id", BIG),
]


def upgrade() -> None:
    for name, kind, default in EVENT_COLUMNS:
        op.add_column("events", sa.Column(name, kind, nullable=False, server_default=default))
    with op.batch_alter_table("events") as batch:
        for name, _kind, _default in EVENT_COLUMNS:
            batch.alter_column(name, server_default=None)
        for name, kind in NULLABLE:
            batch.add_column(sa.Column(name, kind, nullable=True))
    index("events", "series_id")
    index("events", "organization_id", "starts_at")

    op.create_table(
        "rooms",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        *owned("rooms"),
        sa.UniqueConstraint("organization_id", "site", "name", name=op.f("uq_rooms_organization_id_site_name")),
    )
    index("rooms", "organization_id")

    op.create_table(
        "sessions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("timezone", sa.String(length=50), nullable=False),
        sa.Column("room_id", BIG, nullable=True),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        *owned("sessions"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_sessions_ends_after_start")),
        key("sessions", "event_id", "events", "CASCADE"),
        key("sessions", "room_id", "rooms", "RESTRICT"),
        sa.UniqueConstraint("uid", name=op.f("uq_sessions_uid")),
    )
    for columns in (("organization_id",), ("event_id",), ("room_id",), ("organization_id", "starts_at")):
        index("sessions", *columns)

    op.create_table(
        "session_instructors",
        sa.Column("id", BIG, nullable=False),
        sa.Column("session_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        *owned("session_instructors"),
        key("session_instructors", "session_id", "sessions", "CASCADE"),
        key("session_instructors", "event_id", "events", "CASCADE"),
        key("session_instructors", "user_id", "users", "CASCADE"),
        sa.UniqueConstraint("session_id", "user_id", name=op.f("uq_session_instructors_session_id_user_id")),
    )
    for column in ("organization_id", "event_id", "user_id"):
        index("session_instructors", column)

    op.create_table(
        "event_templates",
        sa.Column("id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("values", JSON, nullable=False),
        *owned("event_templates"),
        sa.UniqueConstraint("organization_id", "title", name=op.f("uq_event_templates_organization_id_title")),
    )
    index("event_templates", "organization_id")

    op.create_table(
        "event_files",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        *owned("event_files"),
        key("event_files", "event_id", "events", "CASCADE"),
        key("event_files", "file_id", "media_files", "RESTRICT"),
        sa.UniqueConstraint("event_id", "file_id", name=op.f("uq_event_files_event_id_file_id")),
    )
    index("event_files", "organization_id")
    index("event_files", "file_id")

    op.create_table(
        "registrations",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        *owned("registrations"),
        key("registrations", "event_id", "events", "RESTRICT"),
        key("registrations", "user_id", "users", "CASCADE"),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_registrations_event_id_user_id")),
    )
    for columns in (("organization_id",), ("user_id",), ("event_id", "state", "number")):
        index("registrations", *columns)

    op.create_table(
        "attendances",
        sa.Column("id", BIG, nullable=False),
        sa.Column("session_id", BIG, nullable=False),
        sa.Column("registration_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *owned("attendances"),
        key("attendances", "session_id", "sessions", "RESTRICT"),
        key("attendances", "registration_id", "registrations", "CASCADE"),
        key("attendances", "event_id", "events", "RESTRICT"),
        key("attendances", "user_id", "users", "CASCADE"),
        sa.UniqueConstraint("session_id", "registration_id", name=op.f("uq_attendances_session_id_registration_id")),
    )
    for column in ("organization_id", "registration_id", "event_id", "user_id"):
        index("attendances", column)

    op.create_table(
        "calendar_feeds",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("renewed_at", MOMENT, nullable=False),
        *owned("calendar_feeds"),
        key("calendar_feeds", "user_id", "users", "CASCADE"),
        sa.UniqueConstraint("token", name=op.f("uq_calendar_feeds_token")),
        sa.UniqueConstraint("user_id", name=op.f("uq_calendar_feeds_user_id")),
    )
    index("calendar_feeds", "organization_id")
    give_every_event_its_session()


def give_every_event_its_session() -> None:
    """What was planned before there were sessions has one, from its start to its end."""
    columns = ["id", "organization_id", "starts_at", "ends_at", "timezone", "location", "created_at", "updated_at"]
    events = sa.table("events", *(sa.column(name) for name in columns))
    sessions = sa.table(
        "sessions",
        *(sa.column(name) for name in [*columns[1:], "event_id", "link", "uid", "sequence", "secret"]),
    )
    rows = [
        {**{name: row[name] for name in columns[1:]}, "event_id": row["id"], "link": "", "sequence": 0,
         "uid": secrets.token_hex(16), "secret": secrets.token_hex(32)}
        for row in op.get_bind().execute(sa.select(events)).mappings()
    ]
    if rows:
        op.bulk_insert(sessions, rows)


def downgrade() -> None:
    for table in (
        "calendar_feeds", "attendances", "registrations", "event_files", "event_templates", "session_instructors",
        "sessions", "rooms",
    ):
        op.drop_table(table)
    op.drop_index("ix_events_organization_id_starts_at", "events")
    op.drop_index("ix_events_series_id", "events")
    with op.batch_alter_table("events") as batch:
        for name in [name for name, *_rest in EVENT_COLUMNS + NULLABLE]:
            batch.drop_column(name)

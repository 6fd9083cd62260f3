"""The database: one `db`, one way to write (`transaction`), one way to copy a row (`snapshot`)."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy import event as sa_event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry

from lms.errors import NotFound

SQLITE_TIMEOUT = 15
"""Seconds a writer waits for another writer before SQLite says "database is locked"."""

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in a column that is spelled INTEGER."""

Json = JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; naive datetimes are refused, because nobody can tell which zone they meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


intpk = Annotated[int, mapped_column(BigId, primary_key=True)]


class Base(DeclarativeBase):
    """Typed models; constraint names are fixed so that a migration can name them on every database."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json},
    )


db = SQLAlchemy(model_class=Base)


def utcnow() -> datetime:
    """Now, in UTC, with its zone."""
    return datetime.now(UTC)


class Owned:
    """Mixin of every row that belongs to one organization and is invisible outside it."""

    @declared_attr
    def organization_id(cls) -> Mapped[int]:
        """Whose it is."""
        return mapped_column(BigId, ForeignKey("organizations.id", ondelete="CASCADE"), index=True)


class Stamped:
    """Mixin: when the row was made and last changed, in UTC."""

    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)


Row = TypeVar("Row", bound=DeclarativeBase)


def find(model: type[Row], id: int | str, organization_id: int) -> Row:
    """The row with this id if it belongs to the organization; one statement. Raises NotFound otherwise."""
    row = None
    if str(id).isdecimal() and len(str(id)) <= 18:
        row = db.session.scalar(
            select(model).where(  # type: ignore[arg-type]
                model.id == int(id),  # type: ignore[attr-defined]
                model.organization_id == organization_id,  # type: ignore[attr-defined]
            )
        )
    if row is None:
        raise NotFound(f"There is no such {model.__name__.lower()}, or it was deleted.")
    return row


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything in the block is written together or not at all.

    Blocks nest: the outermost one commits. On SQLite the write lock is taken at the start (`BEGIN IMMEDIATE`),
    because a lock that was only for reading cannot be upgraded once another process has written.
    """
    session: Session = db.session()
    depth = session.info.get("transaction_depth", 0)
    if depth == 0:
        _begin_immediate(session)
    session.info["transaction_depth"] = depth + 1
    try:
        yield session
        if depth == 0:
            if session.info.get("doomed"):
                raise RuntimeError("a block inside this transaction failed, so nothing of it may be committed")
            session.commit()
    except BaseException:
        session.rollback()
        session.info["doomed"] = depth > 0
        raise
    finally:
        session.info["transaction_depth"] = depth


def _begin_immediate(session: Session) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite" and not connection.connection.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def upsert(model: type[DeclarativeBase]) -> Any:
    """`INSERT INTO model` with `on_conflict_do_update` and `on_conflict_do_nothing`, in the dialect at hand."""
    return (postgresql if db.session().get_bind().dialect.name == "postgresql" else sqlite).insert(model)


def among(column: Any, values: Collection[int]) -> ColumnElement[bool]:
    """`column IN values`, for hundreds of them: on PostgreSQL one parameter, whatever their number."""
    if db.session().get_bind().dialect.name == "postgresql":
        taken: ColumnElement[bool] = column == func.any(literal(list(values), postgresql.ARRAY(BigInteger)))
        return taken
    return column.in_(values)


MANY = 50
"""Rows from which on COPY is quicker than one INSERT, whose thousands of parameters take longer than its rows."""


def insert_rows(table: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows that all have the same columns, past the unit of work; returns their ids in order."""
    session: Session = db.session()
    if session.get_bind().dialect.name != "postgresql" or len(rows) < MANY:
        return list(session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), list(rows)))
    taken = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)")
    ids = list(session.scalars(taken, {"name": table.name, "number": len(rows)}))
    copy_rows(table, [{"id": id, **row} for id, row in zip(ids, rows, strict=True)])
    return ids


def copy_rows(table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns, every one without a default, and whose ids are known or nobody's
    business.
    """
    session: Session = db.session()
    if session.get_bind().dialect.name != "postgresql" or len(rows) < MANY:
        session.execute(insert(table), list(rows))
        return
    session.flush()
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([json.dumps(v) if isinstance(v, (dict, list)) else v for v in map(row.get, names)])


def on_commit(action: Callable[[], None]) -> None:
    """Do `action` once the transaction at hand has committed; never after a rollback."""
    db.session().info.setdefault("on_commit", []).append(action)


@sa_event.listens_for(Session, "after_commit")
def _run_on_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for action in session.info.pop("on_commit", ()):
        action()


@sa_event.listens_for(Session, "after_rollback")
def _forget_on_commit(session: Session) -> None:
    session.info.pop("on_commit", None)


@sa_event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if connection.__class__.__module__ != "sqlite3":
        return
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_TIMEOUT * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable copy of a row's columns at one moment, in values that JSON knows; secrets are left out."""

    type: str
    id: int
    organization_id: int
    values: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.values[field]


def snapshot(row: DeclarativeBase) -> Snapshot:
    """Copy `row` as it is now, including changes not yet written. Columns with `info={"secret": True}` are left out."""
    mapper = inspect(row).mapper
    values = {
        attribute.key: plain(getattr(row, attribute.key))
        for attribute in mapper.column_attrs
        if not attribute.columns[0].info.get("secret")
    }
    organization_id = values.get("organization_id", values["id"])
    return Snapshot(type(row).__name__, values["id"], organization_id, MappingProxyType(values))


def plain(value: Any) -> Any:
    """A column's value as JSON knows it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return value


Title = Annotated[str, mapped_column(String(200))]
"""A name or title as people write it."""

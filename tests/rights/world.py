"""A world: an organization with one row of every table, made from the tables, so that a new one is in it too."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary
from sqlalchemy.orm import DeclarativeBase

from lms.accounts import Organization, User
from lms.db import UtcDateTime, db, utcnow
from lms.keys import SCOPES
from lms.policy import ROLES

Row = DeclarativeBase
SOON = utcnow() + timedelta(days=7)
FIRST = ("departments", "job_functions", "users")
"""Tables to begin with: others name people without a foreign key."""
FITTING: dict[str, dict[str, Any]] = {
    "users": {"name": "Petra Owner", "roles": list(ROLES), "password": "x"},
    "courses": {"status": "published", "self_enrollment": True},
    "events": {"starts_at": SOON, "ends_at": SOON + timedelta(hours=2)},
    "sessions": {"starts_at": SOON, "ends_at": SOON + timedelta(hours=2), "timezone": "UTC"},
    "requirements": {"target": "organization"},
    "media_files": {"purpose": "content"},
    "packages": {"standard": "scorm12"},
    "api_keys": {"scopes": list(SCOPES)},
    "rules": {"kind": "everyone"},
    "notifications": {"kind": "enrolled"},
    "mails": {"kind": "enrolled"},
    "mailings": {"kind": "enrolled"},
    "imports": {"kind": "people", "format": "csv"},
    "exports": {"kind": "people", "format": "csv"},
    "export_schedules": {"kind": "people", "format": "csv", "every": "daily"},
    "certificates": {"source_type": "Enrollment"},
}
"""What a column of a table must hold, where not just anything fits."""


class World:
    """One organization and, by table, its row; what belongs to somebody belongs to `person`, who has every role."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[str, Row] = {}
        self.organization = self._add(Organization, slug=name)
        models = {mapper.local_table.name: mapper.class_ for mapper in db.Model.registry.mappers}
        for name in (*FIRST, *(table.name for table in db.metadata.sorted_tables)):
            if name in models and name not in self.rows:
                self._add(models[name])
                if name == "contents":
                    self.package = self._more("contents", title="A package", kind="package")
                if name == "subjects":
                    self.packed = self._more("subjects", content_id=self.package.id)
        db.session.commit()

    @property
    def person(self) -> User:
        """Whose everything is."""
        found = self.rows["users"]
        assert isinstance(found, User)
        return found

    def somebody(self, role: str) -> User:
        """Another person, with one role, who has nothing."""
        user: User = self._more("users", name=f"A {role}", email=f"{role}@{self.name}.example", roles=[role])
        db.session.commit()
        return user

    def id_of(self, table: str) -> int:
        """What the row of a table goes by in an address."""
        return int(self.rows[table].id)  # type: ignore[attr-defined]

    def _add(self, model: type[Row], **given: Any) -> Any:
        table: Any = model.__table__
        values = self._values(table, given)
        row = model(**{_attribute(model, name): value for name, value in values.items()})
        db.session.add(row)
        db.session.flush()
        self.rows[table.name] = row
        return row

    def _more(self, table: str, **given: Any) -> Any:
        kept = self.rows[table]
        row = self._add(type(kept), **given)
        self.rows[table] = kept
        return row

    def _values(self, table: Any, given: dict[str, Any]) -> dict[str, Any]:
        values = FITTING.get(table.name, {}) | given
        if table.name == "subjects" and "content_id" not in values:
            values["content_id"] = self.rows["contents"].id  # type: ignore[attr-defined]
        if table.name == "packages":
            values["content_id"] = self.package.id
        if table.name in ("package_attempts", "package_launches"):
            values |= {"subject_id": self.packed.id} if "subject_id" in table.c else {}
        for column in table.c:
            if column.name not in values and self._is_wanted(column):
                values[column.name] = self._value(column)
        return values

    def _is_wanted(self, column: Column[Any]) -> bool:
        if column is column.table.autoincrement_column:  # type: ignore[attr-defined]
            return False
        return not column.nullable and column.default is None and column.server_default is None

    def _value(self, column: Column[Any]) -> Any:
        for key in column.foreign_keys:
            return getattr(self.rows[key.column.table.name], key.column.name)
        if column.name in ("user_id", "actor_id", "created_by_id"):
            return self.person.id
        if isinstance(column.type, Integer) and (column.primary_key or column.name.endswith("_id")):
            return self.organization.id
        kind = column.type
        if isinstance(kind, JSON):
            return {}
        for of, value in ((UtcDateTime, utcnow()), (Date, utcnow().date()), (Boolean, False), (LargeBinary, b"x")):
            if isinstance(kind, of):
                return value
        if kind.python_type in (int, float):
            return 1
        assert kind.python_type in (str, datetime), f"{column}: say in FITTING what it may hold"
        text = f"{column.name}@{self.name}.example" if "email" in column.name else f"{column.name}-{self.name}"
        return text[: getattr(kind, "length", None) or 60]


def _attribute(model: type[Row], column: str) -> str:
    mapper: Any = model.__mapper__  # type: ignore[attr-defined]
    return str(mapper.get_property_by_column(model.__table__.c[column]).key)

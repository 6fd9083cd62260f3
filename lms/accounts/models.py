"""Who there is: organizations, their tree of departments, what people do there, and the people."""

import secrets
from datetime import datetime
from typing import Any

from flask_security import UserMixin
from sqlalchemy import Dialect, ForeignKey, Select, String, TypeDecorator, UniqueConstraint, select
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk


class RoleName(str):
    """A role as it is kept, a word, and as Flask-Security wants it, an object with a name."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The word."""
        return str(self)

    def get_permissions(self) -> set[str]:
        """None: what a role may do is `lms.policy`'s."""
        return set()


class Roles(TypeDecorator[list[str]]):
    """A list of roles in a JSON column."""

    impl = Json
    cache_ok = True

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> list[str] | None:
        """Make each word a RoleName."""
        return None if value is None else [RoleName(word) for word in value]


class Organization(Stamped, db.Model):
    """The employer; every other row belongs to one."""

    __tablename__ = "organizations"

    id: Mapped[intpk]
    name: Mapped[Title]
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    locale: Mapped[str] = mapped_column(String(10), default="en")
    timezone: Mapped[str] = mapped_column(String(50), default="Europe/Amsterdam")
    mixpanel_token: Mapped[str | None] = mapped_column(String(100), info={"secret": True})


class Department(Owned, Stamped, db.Model):
    """A part of the organization; departments form a tree."""

    __tablename__ = "departments"
    __table_args__ = (UniqueConstraint("organization_id", "parent_id", "name"),)

    id: Mapped[intpk]
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("departments.id", ondelete="RESTRICT"), index=True)
    name: Mapped[Title]


class JobFunction(Owned, Stamped, db.Model):
    """What somebody does in the organization."""

    __tablename__ = "job_functions"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[intpk]
    name: Mapped[Title]


class User(Owned, Stamped, UserMixin, db.Model):
    """An employee or administrator. Without a password (invited, not yet accepted) nobody can sign in."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("organization_id", "external_id"),
        UniqueConstraint("organization_id", "personnel_number"),
    )

    id: Mapped[intpk]
    name: Mapped[Title]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case; unique in the installation, because it is what people sign in with."""
    external_id: Mapped[str | None] = mapped_column(String(50))
    """What another system, such as the personnel records, knows the person by."""
    personnel_number: Mapped[str | None] = mapped_column(String(50))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    timezone: Mapped[str] = mapped_column(String(50), default="Europe/Amsterdam")
    roles: Mapped[list[str]] = mapped_column(  # type: ignore[assignment]
        Roles, default=lambda: ["learner"]
    )
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("departments.id", ondelete="RESTRICT"), index=True
    )
    job_function_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("job_functions.id", ondelete="RESTRICT"), index=True
    )
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255), info={"secret": True})
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_hex(32), info={"secret": True}
    )
    """Part of the session cookie; a new one signs the person out everywhere."""
    password_changed_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    analytics_id: Mapped[str] = mapped_column(String(32), default=lambda: secrets.token_hex(16), info={"secret": True})
    """How analytics knows the person: drawn at random, so it says nothing about who it is."""

    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)
    department: Mapped[Department | None] = relationship()
    job_function: Mapped[JobFunction | None] = relationship()

    def has_role(self, role: Any) -> bool:
        """Whether the person has this role."""
        return role in self.roles

    def team(self) -> Select[int]:
        """Ids of the active people of a manager's team, without the manager; nobody for who is no manager."""
        people = select(User.id).where(User.organization_id == self.organization_id, User.active, User.id != self.id)
        if not self.has_role("manager") or self.department_id is None:
            return people.where(User.id < 0)
        return people.where(User.department_id.in_(departments_below(self.department_id)))

    def looks_after(self, user_id: int) -> bool:
        """Whether somebody is in the person's team; one statement."""
        return db.session.scalar(self.team().where(User.id == user_id)) is not None


def departments_below(department_id: int) -> Select[int]:
    """Ids of a department and every department below it."""
    tree = select(Department.id).where(Department.id == department_id).cte("tree", recursive=True)
    child = aliased(Department)
    return select(tree.union(select(child.id).join(tree, child.parent_id == tree.c.id)).c.id)

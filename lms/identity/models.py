"""What a directory and a sign-in provider tell about people: kept beside the people, not in them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts import Department, User
from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk


class IdentityProvider(Owned, Stamped, db.Model):
    """Where the people of an organization sign in, by OpenID Connect; an organization has one at most."""

    __tablename__ = "identity_providers"
    __table_args__ = (UniqueConstraint("organization_id"),)

    id: Mapped[intpk]
    name: Mapped[Title]
    """What its button says: Sign in with …"""
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(200))
    client_secret: Mapped[str] = mapped_column(Text, info={"secret": True})
    """Locked with SECRET_KEY (`lms.locking`); never shown again."""
    domains: Mapped[list[str]] = mapped_column(Json)
    """Addresses that are let in; empty for any the provider has verified."""
    enabled: Mapped[bool]
    creates_people: Mapped[bool]
    """Whether somebody who is not known yet gets an account at the first sign-in."""
    groups_claim: Mapped[str | None] = mapped_column(String(200))
    """The claim that names a person's groups; None where groups do not come with a sign-in."""
    allows_password: Mapped[bool]
    """Whether others than administrators may still sign in with a password."""


class Identity(Owned, Stamped, db.Model):
    """Somebody as a provider knows them: issuer and subject, which unlike an address never pass to another person."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("organization_id", "issuer", "subject"),
        UniqueConstraint("user_id", "issuer"),
    )

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    """At most 255 characters (OpenID Connect Core 1.0, 2)."""

    user: Mapped[User] = relationship()


class DirectoryPerson(Owned, Stamped, db.Model):
    """What a directory (SCIM) says of a person that a person here has no place for."""

    __tablename__ = "directory_people"
    __table_args__ = (UniqueConstraint("organization_id", "user_name_key"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    user_name: Mapped[str] = mapped_column(String(254))
    user_name_key: Mapped[str] = mapped_column(String(254))
    """In lower case: by it the name is unique and found."""
    given_name: Mapped[str | None] = mapped_column(String(200))
    family_name: Mapped[str | None] = mapped_column(String(200))
    department: Mapped[str | None] = mapped_column(String(200))
    """As the directory names it; the person's department here follows when it changes."""
    manager_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    removed_at: Mapped[datetime | None]
    """When the directory removed the person; it sees them no more, unless somebody here activates them."""


class Group(Owned, Stamped, db.Model):
    """People whom a directory or a provider keeps together, and what an administrator lets that mean."""

    __tablename__ = "groups"
    __table_args__ = {"sqlite_autoincrement": True}
    """A directory must never meet another group under an id it knows (RFC 7643, 3.1)."""

    id: Mapped[intpk]
    name: Mapped[Title]
    external_id: Mapped[str | None] = mapped_column(String(200))
    """What the directory or the provider's claim knows it by, where that is not the name."""
    roles: Mapped[list[str]] = mapped_column(Json)
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("departments.id", ondelete="SET NULL"), index=True
    )

    department: Mapped[Department | None] = relationship()


class GroupMember(Owned, db.Model):
    """Somebody in a group."""

    __tablename__ = "group_members"
    __table_args__ = (UniqueConstraint("group_id", "user_id"),)

    id: Mapped[intpk]
    group_id: Mapped[int] = mapped_column(BigId, ForeignKey("groups.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True)

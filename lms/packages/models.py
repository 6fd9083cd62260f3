"""Packages made elsewhere, as they were imported, and the units they consist of."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.content import Content
from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk

SCORM12, SCORM2004, CMI5 = "scorm12", "scorm2004", "cmi5"
FOLDER, SCO, ASSET, AU = "folder", "sco", "asset", "au"


class Package(Owned, Stamped, db.Model):
    """One upload. Uploading again adds a version; attempts that began on an earlier one finish it."""

    __tablename__ = "packages"
    __table_args__ = (UniqueConstraint("content_id", "version"),)

    id: Mapped[intpk]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("contents.id", ondelete="CASCADE"))
    version: Mapped[int]
    standard: Mapped[str] = mapped_column(String(10))
    """scorm12, scorm2004 or cmi5."""
    edition: Mapped[str] = mapped_column(String(100))
    """As its manifest calls the standard."""
    title: Mapped[Title]
    identifier: Mapped[str] = mapped_column(Text)
    """The manifest's, or the IRI of the cmi5 course."""
    prefix: Mapped[str] = mapped_column(String(200), unique=True, info={"secret": True})
    """Where the store keeps its files; ends with `/`."""
    files: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes, unpacked."""
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, info={"secret": True})
    """What else the manifest says of the whole."""
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id", ondelete="SET NULL"), index=True)

    content: Mapped[Content] = relationship()
    units: Mapped[list["PackageUnit"]] = relationship(
        order_by="PackageUnit.position", back_populates="package", passive_deletes=True
    )


class PackageUnit(Owned, db.Model):
    """A line of the table of contents: a folder, or something to launch."""

    __tablename__ = "package_units"
    __table_args__ = (UniqueConstraint("package_id", "position"),)

    id: Mapped[intpk]
    package_id: Mapped[int] = mapped_column(BigId, ForeignKey("packages.id", ondelete="CASCADE"))
    position: Mapped[int]
    """From 1, in the order of the table of contents."""
    parent: Mapped[int | None]
    """Position of the folder it is in."""
    depth: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    """folder; sco (reports), asset (does not), au (of cmi5)."""
    identifier: Mapped[str] = mapped_column(Text)
    title: Mapped[Title]
    href: Mapped[str | None] = mapped_column(Text)
    """Path within the package, percent-encoded, with query; or an address elsewhere."""
    visible: Mapped[bool] = mapped_column(default=True)
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What else the manifest says of it, by the names of `lms.packages.manifest`."""

    package: Mapped[Package] = relationship(back_populates="units")

    @property
    def can_be_launched(self) -> bool:
        """Whether there is something to show."""
        return self.href is not None

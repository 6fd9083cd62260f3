"""What is known about each file; the bytes are in the store."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Owned, Stamped, Title, db, intpk


class MediaFile(Owned, Stamped, db.Model):
    """A file somebody uploaded. `purpose` says who may read it: content is for everybody of the organization, all
    other purposes are for the part of the system that stored it."""

    __tablename__ = "media_files"

    id: Mapped[intpk]
    name: Mapped[Title]
    """As the person called it, without folders."""
    mime: Mapped[str] = mapped_column(String(100))
    """By its content, whatever the name says."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(20), default="content")
    key: Mapped[str] = mapped_column(String(200), unique=True, info={"secret": True})
    """Where the store keeps it."""
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id", ondelete="SET NULL"), index=True)

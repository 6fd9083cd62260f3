"""E-learning contents, their pages as authors write them, and the versions that learners get."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk, utcnow

PAGES, PACKAGE = "pages", "package"


class Content(Owned, Stamped, db.Model):
    """Something to study. Several subjects may point to the same content.

    What authors change is a draft; learners get the latest version that was published.
    """

    __tablename__ = "contents"

    id: Mapped[intpk]
    title: Mapped[Title]
    summary: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(10), default=PAGES)
    """`pages` written here, or `package` made elsewhere."""
    quiz: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """How its questions are asked, as `Quiz` has it."""
    version: Mapped[int | None]
    """Number of the latest published version; None before the first."""
    published_at: Mapped[datetime | None]
    has_changes: Mapped[bool] = mapped_column(default=True)
    """Whether the draft differs from what was published last."""

    pages: Mapped[list["ContentPage"]] = relationship(
        order_by="ContentPage.position, ContentPage.id", cascade="all, delete-orphan", back_populates="content"
    )


class ContentPage(Owned, Stamped, db.Model):
    """One page of a content's draft. HTML in its blocks was cleaned on the way in.

    Blocks hold right answers and change with every pause in typing: they are left out of what is broadcast. What was
    published stays in the version.
    """

    __tablename__ = "content_pages"

    id: Mapped[intpk]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("contents.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[Title]
    blocks: Mapped[list[Any]] = mapped_column(Json, default=list, info={"secret": True})
    """What stands on it, in order, as `lms.content.blocks` has it."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts the saves, so that nobody overwrites what they have not seen."""
    writer: Mapped[str] = mapped_column(String(40), default="", info={"secret": True})
    """The browser tab that saved last: what it sends again is no conflict."""
    changed_by_id: Mapped[int | None] = mapped_column(BigId)

    content: Mapped[Content] = relationship(back_populates="pages")


class ContentVersion(Owned, db.Model):
    """A content as it was published: immutable. Its questions are references to question versions."""

    __tablename__ = "content_versions"
    __table_args__ = (UniqueConstraint("content_id", "number"),)

    id: Mapped[intpk]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("contents.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[Title]
    pages: Mapped[list[Any]] = mapped_column(Json, deferred=True, info={"secret": True})
    """`id`, `title` and `blocks` of each; read when it is asked for, as it may be long."""
    quiz: Mapped[dict[str, Any]] = mapped_column(Json)
    moves: Mapped[bool] = mapped_column(default=False)
    """Whether those under way on an earlier version go on with this one."""
    published_by_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    content: Mapped[Content] = relationship()

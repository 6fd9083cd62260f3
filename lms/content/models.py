"""E-learning contents and their pages."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import BigId, Owned, Stamped, Title, db, intpk


class Content(Owned, Stamped, db.Model):
    """Something to study: pages in an order. Several subjects may point to the same content."""

    __tablename__ = "contents"

    id: Mapped[intpk]
    title: Mapped[Title]
    summary: Mapped[str] = mapped_column(Text, default="")

    pages: Mapped[list["ContentPage"]] = relationship(
        order_by="ContentPage.position, ContentPage.id", cascade="all, delete-orphan", back_populates="content"
    )


class ContentPage(Owned, Stamped, db.Model):
    """One page of a content; `body` is HTML that was cleaned on the way in."""

    __tablename__ = "content_pages"

    id: Mapped[intpk]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("contents.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[Title]
    body: Mapped[str] = mapped_column(Text, default="")

    content: Mapped[Content] = relationship(back_populates="pages")

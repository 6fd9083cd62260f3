"""Question banks, the questions in them, and the frozen copies that learners answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk, utcnow


class Bank(Owned, Stamped, db.Model):
    """Questions that belong together; quizzes draw from it."""

    __tablename__ = "question_banks"

    id: Mapped[intpk]
    title: Mapped[Title]
    description: Mapped[str] = mapped_column(Text, default="")


class Question(Owned, Stamped, db.Model):
    """A question in a bank. `definition` is what `validated_question` returns; `summary` its words on one line."""

    __tablename__ = "questions"

    id: Mapped[intpk]
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("question_banks.id", ondelete="CASCADE"), index=True)
    title: Mapped[Title]
    kind: Mapped[str] = mapped_column(String(10))
    summary: Mapped[str] = mapped_column(String(300), default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    definition: Mapped[dict[str, Any]]

    bank: Mapped[Bank] = relationship()


class QuestionVersion(Owned, db.Model):
    """A definition that never changes; the same one is kept once per organization.

    It is not broadcast: it is a copy, and whoever needs it (a published content, an attempt) is broadcast.
    """

    __tablename__ = "question_versions"
    __table_args__ = (UniqueConstraint("organization_id", "digest"),)

    id: Mapped[intpk]
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    definition: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


CHECKED, TAKEN = "checked", "taken"


class QuestionImport(Owned, Stamped, db.Model):
    """A file that was read: what it held, to be looked at before it is taken over, and what it could not give."""

    __tablename__ = "question_imports"
    __table_args__ = (CheckConstraint("status IN ('checked', 'taken')", name="status"),)

    id: Mapped[intpk]
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("question_banks.id", ondelete="CASCADE"), index=True)
    title: Mapped[Title]
    format: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default=CHECKED)
    found: Mapped[int]
    user_id: Mapped[int] = mapped_column(BigId)
    # Both are large, and the questions that come of them are broadcast one by one: not in the trail as well.
    items: Mapped[list[Any]] = mapped_column(Json, info={"secret": True})
    report: Mapped[list[Any]] = mapped_column(Json, info={"secret": True})

    bank: Mapped[Bank] = relationship()

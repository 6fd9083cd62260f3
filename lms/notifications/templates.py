"""What an administrator writes instead of our own words: per kind and language, with a few variables and no code."""

from collections.abc import Mapping
from typing import Any

from flask_mail import Message
from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts import User
from lms.db import Owned, Stamped, db, intpk, snapshot, transaction
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.notifications.kinds import KINDS
from lms.notifications.letters import Letter, compose
from lms.notifications.words import default_template, unknown_variables, variables
from lms.policy import authorize

LANGUAGES = ("en", "nl")
LONGEST_SUBJECT, LONGEST_TEXT = 200, 5_000

EXAMPLE: dict[str, Any] = {
    "actor": "Bram Bos", "title": "Fire extinguishers", "course": "Fire safety", "organization": "Harbour Hospital",
    "learner": "Lea Learner", "due": "2027-01-31", "course_id": 1, "object_id": 1, "user_id": 1,
}  # fmt: skip
"""What a preview is filled with."""


class MailTemplate(Owned, Stamped, db.Model):
    """Subject and text of one kind of mail in one language; greeting, button and foot are ours."""

    __tablename__ = "mail_templates"
    __table_args__ = (UniqueConstraint("organization_id", "kind", "locale"),)

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(30))
    locale: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    text: Mapped[str] = mapped_column(Text)


def all_templates() -> dict[tuple[int, str, str], tuple[str, str]]:
    """Everything that was written instead of ours, in the installation; one statement."""
    rows = select(
        MailTemplate.organization_id, MailTemplate.kind, MailTemplate.locale, MailTemplate.subject, MailTemplate.text
    )
    found = db.session.execute(rows).all()
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in found}


def templates_of(actor: User) -> dict[tuple[str, str], MailTemplate]:
    """What the actor's organization wrote, by kind and language; one statement."""
    authorize(actor, "edit", "MailTemplate")
    statement = select(MailTemplate).where(MailTemplate.organization_id == actor.organization_id)
    return {(row.kind, row.locale): row for row in db.session.scalars(statement)}


def words_for(kind: str, locale: str, actor: User) -> tuple[str, str, bool]:
    """Subject and text as they are now, and whether somebody wrote them. Raises NotFound for a kind there is not."""
    if kind not in KINDS or locale not in LANGUAGES:
        raise NotFound("There is no such kind of mail.")
    row = templates_of(actor).get((kind, locale))
    return (row.subject, row.text, True) if row else (*default_template(kind, locale), False)


def check_template(kind: str, subject: str, text: str) -> None:
    """Raise Invalid beside the field that is empty, too long, or names what is not known here."""
    known = ", ".join(f"{{{name}}}" for name in variables(kind))
    problems = {}
    for field, value, longest in (("subject", subject, LONGEST_SUBJECT), ("text", text, LONGEST_TEXT)):
        unknown = unknown_variables(value, kind)
        if not value.strip():
            problems[field] = "Fill this in."
        elif len(value) > longest:
            problems[field] = f"Use at most {longest} characters."
        elif unknown:
            problems[field] = f"{{{unknown[0]}}} is not known here. You can use {known}."
    if "subject" not in problems and ("\n" in subject or "\r" in subject):
        problems["subject"] = "A subject is one line."
    if problems:
        first = next(iter(problems))
        raise Invalid(first, problems.pop(first), **problems)


def save_template(kind: str, locale: str, subject: str, text: str, actor: User) -> None:
    """Use these words from now on."""
    authorize(actor, "edit", "MailTemplate")
    words_for(kind, locale, actor)
    text = text.replace("\r\n", "\n").strip()
    check_template(kind, subject, text)
    with transaction() as session:
        row = templates_of(actor).get((kind, locale))
        if row is None:
            row = MailTemplate(
                organization_id=actor.organization_id, kind=kind, locale=locale, subject=subject.strip(), text=text
            )
            session.add(row)
            EventCenter.broadcast("created", row, actor)
        else:
            previous = snapshot(row)
            row.subject, row.text = subject.strip(), text
            EventCenter.broadcast("updated", previous, row, actor)


def reset_template(kind: str, locale: str, actor: User) -> None:
    """Use our own words again."""
    authorize(actor, "edit", "MailTemplate")
    row = templates_of(actor).get((kind, locale))
    if row is not None:
        with transaction() as session:
            EventCenter.broadcast("deleted", row, actor)
            session.delete(row)


def preview(kind: str, locale: str, subject: str, text: str, actor: User, config: Mapping[str, Any]) -> Message:
    """The mail as it would look to the actor; raises Invalid as `check_template` does."""
    authorize(actor, "edit", "MailTemplate")
    check_template(kind, subject, text)
    letter = Letter(
        id=0, organization_id=actor.organization_id, user_id=actor.id, kind=kind,
        params=example(subject, text), name=actor.name, email=actor.email, locale=locale,
    )  # fmt: skip
    return compose(letter, config, {})


def example(subject: str, text: str) -> dict[str, Any]:
    """Params of a mail that shows a draft."""
    return {**EXAMPLE, "draft": [subject, text.replace("\r\n", "\n")]}

"""What a mail looks like: words of its kind in the reader's language, as HTML and as text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_mail import Attachment, BadHeaderError, Message
from flask_security.recoverable import generate_reset_password_token

from lms.accounts import User
from lms.db import db
from lms.notifications.kinds import DAILY, KINDS, WEEKLY, WITH_TOKEN
from lms.notifications.signing import bounce_token, unsubscribe_token
from lms.notifications.words import filled, text_of, title_of

ATTACH: dict[str, Callable[["Letter", Mapping[str, Any]], Sequence[Attachment]]] = {}
"""What goes along with mails of a kind, an invitation for the calendar for instance."""

Templates = Mapping[tuple[int, str, str], tuple[str, str]]
"""Subject and text that an administrator wrote, by organization, kind and language."""


@dataclass(slots=True)
class Letter:
    """A mail with what is needed to send it; `others` are kind and params of those that it tells as well."""

    id: Any
    organization_id: int
    user_id: Any
    kind: str
    params: dict[str, Any]
    name: str
    email: str
    locale: str
    change_id: int | None = None
    bundle: str | None = None
    attempts: int = 0
    others: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def items(self) -> list[tuple[str, dict[str, Any]]]:
        """All that it tells, in the order in which it happened."""
        return [(self.kind, self.params), *self.others]

    @property
    def user(self) -> User:
        """Its reader; one statement unless the session knows them."""
        return db.session.get_one(User, self.user_id)

    @property
    def can_be_off(self) -> bool:
        """Whether the reader may switch it off."""
        return all(KINDS[kind].can_be_off for kind, _params in self.items)


def compose(letter: Letter, config: Mapping[str, Any], templates: Templates) -> Message:
    """The message to the one person it is for; its `Message-ID` says which row it is, so that a repeat shows.

    Raises BadHeaderError for a name with a line break, and whatever a kind's words raise that miss a param.
    """
    base = config["PUBLIC_URL"]
    stop = f"{base}/unsubscribe/{_unsubscribe_token(letter, config)}" if letter.can_be_off else None
    with force_locale(letter.locale):
        words = _words_of_many(letter, base) if letter.others else _words(letter, base, templates)
        words |= {
            "name": letter.name,
            "preferences": f"{base}/notifications/preferences" if stop else None,
            "unsubscribe": stop,
            "locale": letter.locale,
        }
        message = Message(
            subject=" ".join(words["subject"].split()),
            recipients=[(letter.name, letter.email)],
            body=render_template("mail/message.txt", **words),
            html=render_template("mail/message.html", **words),
        )
    if message.has_bad_headers():
        raise BadHeaderError(f"the name {letter.name!r} cannot stand in a mail")
    message.msgId = f"<mail-{letter.id}@{urlsplit(base).hostname}>"
    message.extra_headers = {"X-LMS-Mail": bounce_token(letter.id, config["SECRET_KEY"])}
    if stop:
        message.extra_headers["List-Unsubscribe"] = f"<{stop}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for kind, params in letter.items:
        if kind in ATTACH:
            message.attachments += ATTACH[kind](replace(letter, kind=kind, params=params, others=[]), config)
    return message


def _unsubscribe_token(letter: Letter, config: Mapping[str, Any]) -> str:
    kinds = ".".join(sorted({kind for kind, _params in letter.items}))
    return unsubscribe_token(letter.user_id, kinds, config["SECRET_KEY"])


def _words(letter: Letter, base: str, templates: Templates) -> dict[str, Any]:
    kind, params = KINDS[letter.kind], dict(letter.params)
    if letter.kind in WITH_TOKEN:
        params["token"] = "example" if "draft" in params else generate_reset_password_token(letter.user)
    draft = params.get("draft") or templates.get((letter.organization_id, letter.kind, letter.locale))
    if draft:
        subject, text = (filled(template, params, letter.name) for template in draft)
    else:
        subject, text = title_of(letter.kind, params), text_of(letter.kind, params)
    return {
        "subject": subject,
        "paragraphs": [part for part in text.split("\n\n") if part.strip()],
        "button": str(kind.button),
        "link": kind.link(params, base),
        "items": [],
    }


def _words_of_many(letter: Letter, base: str) -> dict[str, Any]:
    """One mail that lists several: of one course, or all of a day or week."""
    number = len(letter.items)
    course = letter.params.get("course")
    if letter.bundle in (DAILY, WEEKLY):
        is_daily = letter.bundle == DAILY
        subject = _("Your day in short") if is_daily else _("Your week in short")
    elif course and letter.bundle and letter.bundle.startswith("course/"):
        subject = ngettext("%(num)d change to %(course)s", "%(num)d changes to %(course)s", number, course=course)
    else:
        subject = ngettext("%(num)d thing you should know", "%(num)d things you should know", number)
    return {
        "subject": subject,
        "paragraphs": [ngettext("This happened:", "These %(num)d things happened:", number)],
        "button": _("See all your notifications"),
        "link": f"{base}/notifications/",
        "items": [(text_of(kind, params), KINDS[kind].link(params, base)) for kind, params in letter.items],
    }

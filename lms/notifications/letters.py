"""What a mail looks like: words of its kind in the reader's language, as HTML and as text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import force_locale
from flask_mail import Attachment, Message
from flask_security.recoverable import generate_reset_password_token

from lms.notifications.kinds import KINDS, WITH_TOKEN
from lms.notifications.models import Mail

ATTACH: dict[str, Callable[[Mail, Mapping[str, Any]], Sequence[Attachment]]] = {}
"""What goes along with mails of a kind, an invitation for the calendar for instance."""


def compose(letter: Mail, config: Mapping[str, Any]) -> Message:
    """The message to the one person it is for; its `Message-ID` says which row it is, so that a repeat shows."""
    kind, base = KINDS[letter.kind], config["PUBLIC_URL"]
    params = dict(letter.params)
    if letter.kind in WITH_TOKEN:
        params["token"] = generate_reset_password_token(letter.user)
    with force_locale(letter.user.locale):
        subject = str(kind.title) % params
        words = {
            "subject": subject,
            "text": str(kind.text) % params,
            "button": str(kind.button),
            "link": kind.link(params, base),
            "name": letter.user.name,
            "preferences": f"{base}/notifications/preferences" if kind.can_be_off else None,
            "locale": letter.user.locale,
        }
        message = Message(
            subject=" ".join(subject.split()),
            recipients=[(letter.user.name, letter.user.email)],
            body=render_template("mail/message.txt", **words),
            html=render_template("mail/message.html", **words),
        )
    if letter.kind in ATTACH:
        message.attachments += ATTACH[letter.kind](letter, config)
    message.msgId = f"<mail-{letter.id}@{urlsplit(base).hostname}>"
    return message

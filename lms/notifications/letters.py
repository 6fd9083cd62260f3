"""What a mail looks like: words of its kind in the reader's language, as HTML and as text."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import force_locale
from flask_mail import Message
from flask_security.recoverable import generate_reset_password_token

from lms.notifications.classroom import calendar_parts
from lms.notifications.kinds import KINDS, WITH_TOKEN
from lms.notifications.models import Mail


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
    for name, kind_of_part, data in calendar_parts(letter, config):
        message.attach(name, kind_of_part, data)
    message.msgId = f"<mail-{letter.id}@{urlsplit(base).hostname}>"
    return message

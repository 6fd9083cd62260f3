"""Addresses that say, signed, what they are about: which mail bounced, and who hears no more of what.

Lower case letters and digits only, because servers on the way may change the case of an address.
"""

import hashlib
import hmac
from typing import Any

LENGTH = 20
"""Digits of a signature: 80 bits."""


def sign(purpose: str, text: str, secret: str) -> str:
    """The signature of `text`, which is worth nothing for another purpose."""
    return hmac.new(secret.encode(), f"{purpose}/{text}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def bounce_address(mail_id: Any, sender: str, secret: str) -> str:
    """The envelope sender of one mail: what comes back to it tells which mail it was (VERP).

    `sender` is an address whose server delivers `name+anything@domain` to `name@domain` (RFC 5233).
    """
    local, _at, domain = sender.partition("@")
    return f"{local}+{bounce_token(mail_id, secret)}@{domain}"


def bounce_token(mail_id: Any, secret: str) -> str:
    """The part that tells which mail it was."""
    return f"b{mail_id}-{sign('bounce', str(mail_id), secret)}"


def mail_of(address: str, secret: str) -> int | None:
    """The id of the mail that a bounce address stands for; None for any other address, or a wrong signature."""
    token = address.partition("@")[0].rpartition("+")[2].lower()
    number, _dash, signature = token.removeprefix("b").partition("-")
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    return int(number) if hmac.compare_digest(sign("bounce", number, secret), signature) else None


def unsubscribe_token(user_id: Any, kinds: str, secret: str) -> str:
    """What an unsubscribe address ends with; `kinds` are joined by dots."""
    return f"{user_id}.{kinds}.{sign('unsubscribe', f'{user_id}.{kinds}', secret)}"


def unsubscription(token: str, secret: str) -> tuple[int, list[str]] | None:
    """Who wants no more mail of which kinds; None unless the signature is ours."""
    said, _dot, signature = token.rpartition(".")
    user, _dot, kinds = said.partition(".")
    expected = sign("unsubscribe", said, secret)
    if not user.isascii() or not user.isdecimal() or len(user) > 18:
        return None
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return None
    return int(user), kinds.split(".")

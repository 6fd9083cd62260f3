"""Secrets and signatures as in Standard Webhooks: `whsec_` and base64, HMAC-SHA256 of id, timestamp and body."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
LENGTHS = range(24, 65)
"""Bytes that a secret may have."""


def new_secret() -> str:
    """256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether this is a secret as the standard has it: 24 to 64 bytes."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(PREFIX) and len(key) in LENGTHS


def signed(uid: str, now: datetime, body: str, keys: Sequence[str]) -> dict[str, str]:
    """The three headers; one signature for each secret, so that a receiver may know either."""
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(uid, now, body) for key in keys),
    }

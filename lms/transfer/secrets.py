"""Passwords and private keys of destinations: kept encrypted, shown to nobody again."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def sealed(text: str, secret_key: str) -> str:
    """The text as it is kept; empty stays empty."""
    return _locker(secret_key).encrypt(text.encode()).decode() if text else ""


def opened(kept: str, secret_key: str) -> str | None:
    """The text again; None where SECRET_KEY is another one than then."""
    try:
        return _locker(secret_key).decrypt(kept.encode()).decode() if kept else ""
    except InvalidToken:
        return None


def _locker(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"lms: secrets of destinations").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))

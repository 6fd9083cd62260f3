"""Secrets that must be used again, and so cannot be kept as a hash: locked with a key made from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def _locker(key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"lms: secrets of sign-in providers").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def lock(secret: str, key: str) -> str:
    """The secret as it is kept."""
    return _locker(key).encrypt(secret.encode()).decode()


def unlock(locked: str, key: str) -> str | None:
    """The secret; None where SECRET_KEY was changed since."""
    try:
        return _locker(key).decrypt(locked.encode()).decode()
    except InvalidToken:
        return None

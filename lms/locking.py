"""Secrets that must be used again, and so cannot be kept as a hash: locked with a key made from SECRET_KEY."""

import base64
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of one kind of secrets; what it locked no other one opens."""

    purpose: str
    """What distinguishes it; to change it would make what is kept unreadable."""

    def lock(self, secret: str | bytes, key: str) -> str:
        """The secret as it is kept."""
        return self._fernet(key).encrypt(secret.encode() if isinstance(secret, str) else secret).decode()

    def unlock(self, kept: str, key: str) -> str | None:
        """The secret; None where SECRET_KEY was changed since."""
        found = self.unlock_bytes(kept, key)
        return None if found is None else found.decode()

    def unlock_bytes(self, kept: str, key: str) -> bytes | None:
        """The same for a secret that is not text."""
        try:
            return self._fernet(key).decrypt(kept.encode())
        except InvalidToken:
            return None

    def _fernet(self, key: str) -> Fernet:
        derived = HKDF(SHA256(), 32, salt=None, info=self.purpose.encode()).derive(key.encode())
        return Fernet(base64.urlsafe_b64encode(derived))

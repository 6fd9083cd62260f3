"""Numbers of certificates: nobody can guess one, and everybody can read one out over the telephone."""

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs, none of which looks like another; a prime number of them, so that the check sign finds every single
wrong sign and every two that changed places."""
RANDOM_SIGNS = 15
"""31 to the power of 15 is more than 2 to the power of 74."""


def new_number() -> str:
    """A new number in four groups of four, such as `7KXM-2P9T-WQ4H-R8DC`; its last sign is a check."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_SIGNS))
    return _grouped(body + _check_sign(body))


def normalized(typed: str) -> str | None:
    """A number as it is kept, out of what somebody typed; None when it cannot be one, so that nothing is looked up."""
    signs = re.sub(r"[\s.·–-]+", "", typed[:60]).upper()
    if len(signs) != RANDOM_SIGNS + 1 or any(sign not in ALPHABET for sign in signs):
        return None
    if _check_sign(signs[:-1]) != signs[-1]:
        return None
    return _grouped(signs)


def _check_sign(body: str) -> str:
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))

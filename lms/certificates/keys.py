"""The organization's own keys: made on first use, the private half kept encrypted, the public half published."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import select

from lms.accounts import Organization
from lms.certificates.models import SigningKey
from lms.db import db, snapshot, transaction, utcnow
from lms.events import EventCenter
from lms.locking import Lock

LOCK = Lock("lms: signing keys of organizations")


def signing_key(organization_id: int, secret: str) -> tuple[SigningKey, Ed25519PrivateKey]:
    """The key to sign with; one statement, unless it has to be made.

    One that cannot be opened any more, because SECRET_KEY was changed, is retired: what it signed stays verifiable.
    """
    key = _newest(organization_id)
    private = _opened(key, secret)
    if key is None or private is None:
        return _make(organization_id, secret)
    return key, private


def published_keys(organization_id: int) -> list[SigningKey]:
    """Every key of the organization, newest first; one statement."""
    statement = select(SigningKey).where(SigningKey.organization_id == organization_id)
    return list(db.session.scalars(statement.order_by(SigningKey.id.desc())))


def as_jwk(key: SigningKey) -> dict[str, Any]:
    """The public half as a JSON Web Key (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": key.public_key, "use": "sig", "alg": "EdDSA", "kid": key.name}


def _make(organization_id: int, secret: str) -> tuple[SigningKey, Ed25519PrivateKey]:
    with transaction() as session:
        session.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())
        key = _newest(organization_id)
        private = _opened(key, secret)
        if key is not None and private is not None:
            return key, private
        if key is not None:
            previous = snapshot(key)
            key.retired_at = utcnow()
            EventCenter.broadcast("updated", previous, key, None)
        private = Ed25519PrivateKey.generate()
        raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key = SigningKey(
            organization_id=organization_id,
            name=f"key-{len(published_keys(organization_id)) + 1}",
            public_key=base64.urlsafe_b64encode(public).rstrip(b"=").decode(),
            private_key=LOCK.lock(raw, secret),
        )
        session.add(key)
        EventCenter.broadcast("created", key, None)
    return key, private


def _newest(organization_id: int) -> SigningKey | None:
    return db.session.scalar(
        select(SigningKey)
        .where(SigningKey.organization_id == organization_id, SigningKey.retired_at.is_(None))
        .order_by(SigningKey.id.desc())
        .limit(1)
    )


def _opened(key: SigningKey | None, secret: str) -> Ed25519PrivateKey | None:
    raw = LOCK.unlock_bytes(key.private_key, secret) if key is not None else None
    return None if raw is None else Ed25519PrivateKey.from_private_bytes(raw)

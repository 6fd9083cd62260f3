"""Open Badges 3.0: certificates as verifiable credentials, signed with the organization's key.

The proof is a VC-JWT with the credential as its payload (Open Badges 3.0, section 8.2, "JSON Web Token Proof
Format"), so a verifier needs a JOSE library and the issuer's DID document, no JSON-LD processor. Revocation is a
Bitstring Status List (W3C, 1.0). The holder is named by a salted hash of the email address (section 8.9).
"""

import base64
import gzip
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import jwt
from sqlalchemy import select

from lms.accounts import Organization
from lms.certificates.issuing import today
from lms.certificates.keys import as_jwk, published_keys, signing_key
from lms.certificates.models import COURSE, Certificate
from lms.db import db, utcnow
from lms.errors import NotFound

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
LIST_SIZE = 131_072
"""Bits of one status list: what the recommendation asks for at least, so that one bit says little about who it is."""
LIST_KEPT = timedelta(hours=24)
"""How long a status list may be believed; a verifier that asks gets a fresh one each time."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An organization as an issuer, at the address of this installation."""

    organization: Organization
    base: str
    secret: str = field(repr=False)
    """The installation's SECRET_KEY."""

    @property
    def path(self) -> str:
        """Where everything about it is published."""
        return f"{self.base}/issuers/{self.organization.slug}"

    @property
    def did(self) -> str:
        """Its did:web, which resolves to `did.json` under the path."""
        parts = urlsplit(self.base)
        host = quote(parts.netloc, safe="")
        folders = [quote(part, safe="") for part in parts.path.split("/") if part]
        return ":".join(["did:web", host, *folders, "issuers", self.organization.slug])

    def profile(self) -> dict[str, Any]:
        """The Profile of the specification."""
        return {"id": self.did, "type": ["Profile"], "name": self.organization.name, "url": self.base}

    def did_document(self) -> dict[str, Any]:
        """Its keys, as DID Core wants them."""
        keys = published_keys(self.organization.id)
        ids = [f"{self.did}#{key.name}" for key in keys]
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": self.did,
            "verificationMethod": [
                {"id": id, "type": "JsonWebKey2020", "controller": self.did, "publicKeyJwk": as_jwk(key)}
                for id, key in zip(ids, keys, strict=True)
            ],
            "assertionMethod": ids,
            "service": [{"id": f"{self.did}#profile", "type": "LinkedDomains", "serviceEndpoint": self.base}],
        }

    def jwks(self) -> dict[str, Any]:
        """Its keys as a JSON Web Key Set."""
        return {"keys": [as_jwk(key) for key in published_keys(self.organization.id)]}

    def achievement_address(self, kind: str, about_id: int) -> str:
        """Where an achievement can be read, by whoever has a badge of it: nobody can try the ids one by one."""
        return f"{self.path}/achievements/{kind}-{about_id}-{self._seal(kind, about_id)}"

    def _seal(self, kind: str, about_id: int) -> str:
        words = f"achievement {self.organization.id} {kind} {about_id}"
        return hmac.new(self.secret.encode(), words.encode(), "sha256").hexdigest()[:20]

    def opened(self, name: str) -> tuple[str, int] | None:
        """What kind of achievement, about what, the last part of an address names; None when it is not one of ours."""
        kind, _dash, rest = name.partition("-")
        about_id, _dash, seal = rest.partition("-")
        if not about_id.isdecimal() or len(about_id) > 18 or not seal.isascii():
            return None
        return (kind, int(about_id)) if hmac.compare_digest(seal, self._seal(kind, int(about_id))) else None


def find_issuer(slug: str, base: str, secret: str) -> Issuer:
    """The organization of this name as an issuer; raises NotFound."""
    organization = db.session.scalar(select(Organization).where(Organization.slug == slug))
    if organization is None:
        raise NotFound("There is no such page, or it was deleted.")
    return Issuer(organization, base, secret)


def achievement(issuer: Issuer, kind: str, about_id: int, title: str) -> dict[str, Any]:
    """The Achievement: what was done to get it."""
    is_course = kind == COURSE
    what = "Passed every subject of the course" if is_course else "Met every requirement of"
    return {
        "id": issuer.achievement_address(kind, about_id),
        "type": ["Achievement"],
        "achievementType": "Course" if is_course else "Certification",
        "name": title,
        "description": f"{title}, at {issuer.organization.name}",
        "criteria": {"narrative": f"{what} “{title}”."},
        "creator": issuer.profile(),
    }


def published_achievement(issuer: Issuer, name: str) -> dict[str, Any]:
    """An achievement that somebody got a certificate for, under its latest name; raises NotFound for others."""
    kind, about_id = issuer.opened(name) or ("", 0)
    title = db.session.scalar(
        select(Certificate.title)
        .where(
            Certificate.organization_id == issuer.organization.id,
            Certificate.kind == kind,
            Certificate.about_id == about_id,
        )
        .order_by(Certificate.id.desc())
        .limit(1)
    )
    if title is None:
        raise NotFound("There is no such page, or it was deleted.")
    return {"@context": [CREDENTIALS, OPEN_BADGES], **achievement(issuer, kind, about_id, title)}


def credential(certificate: Certificate, issuer: Issuer) -> dict[str, Any]:
    """The OpenBadgeCredential, not yet signed."""
    zone = ZoneInfo(issuer.organization.timezone)
    document: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"{issuer.base}/verify/{certificate.number}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.title,
        "issuer": issuer.profile(),
        "validFrom": _iso(_midnight(certificate.issued_on, zone)),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(certificate)],
            "achievement": achievement(issuer, certificate.kind, certificate.about_id, certificate.title),
        },
        "credentialStatus": _status_entry(certificate, issuer),
    }
    if certificate.valid_until is not None:
        document["validUntil"] = _iso(_end_of(certificate.valid_until, zone))
    return document


def signed_credential(certificate: Certificate, base: str, secret: str) -> str:
    """The badge of a certificate: a compact JWS that a verifier anywhere can check."""
    issuer = Issuer(certificate.user.organization, base, secret)
    document = credential(certificate, issuer)
    claims: dict[str, Any] = {
        "iss": issuer.did,
        "jti": document["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    return _signed(issuer, document | claims)


def signed_status_list(issuer: Issuer, number: int) -> str:
    """The status list with this number: a bit for each certificate, set for the revoked ones; two statements."""
    first = number * LIST_SIZE
    revoked = db.session.scalars(
        select(Certificate.id).where(
            Certificate.organization_id == issuer.organization.id,
            Certificate.id >= first,
            Certificate.id < first + LIST_SIZE,
            Certificate.revoked_on <= today(issuer.organization),
        )
    )
    bits = bytearray(LIST_SIZE // 8)
    for id in revoked:
        bits[(id - first) // 8] |= 0x80 >> (id - first) % 8
    now = utcnow().replace(microsecond=0)
    begin = _iso(now)
    address = f"{issuer.path}/status/{number}"
    document = {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": begin,
        "validUntil": _iso(now + LIST_KEPT),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + _base64url(gzip.compress(bytes(bits), mtime=0)),
        },
    }
    claims = {"iss": issuer.did, "jti": address, "nbf": _seconds(begin)}
    return _signed(issuer, document | claims)


def _signed(issuer: Issuer, payload: dict[str, Any]) -> str:
    key, private = signing_key(issuer.organization.id, issuer.secret)
    headers = {"kid": f"{issuer.did}#{key.name}", "jwk": {name: as_jwk(key)[name] for name in ("kty", "crv", "x")}}
    return jwt.encode(payload, private, algorithm="EdDSA", headers=headers)


def _identity(certificate: Certificate) -> dict[str, Any]:
    """The email address, hashed with a salt, so that only who knows the address can tell whose badge it is."""
    salt = hashlib.sha256(certificate.number.encode()).hexdigest()[:16]
    digest = hashlib.sha256((certificate.user.email + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def _status_entry(certificate: Certificate, issuer: Issuer) -> dict[str, Any]:
    number, index = divmod(certificate.id, LIST_SIZE)
    address = f"{issuer.path}/status/{number}"
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return _midnight(day + timedelta(days=1), zone) - timedelta(seconds=1)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _seconds(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

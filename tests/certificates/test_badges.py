"""Open Badges: a verifier that others wrote accepts ours, and refuses what was tampered with, expired or revoked."""

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from sqlalchemy import select

from lms import certificates
from lms.certificates import SigningKey
from lms.certificates.keys import published_keys, signing_key
from lms.db import db
from lms.events import Change
from tests.certificates.conftest import certify, of

BASE, SECRET = "https://lms.example", "not a secret"
SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text())
TODAY = datetime.now(ZoneInfo("Europe/Amsterdam")).date()  # the organization's


@pytest.fixture
def site(app):
    """The site as a verifier reaches it: by its public address."""
    before = app.config["PUBLIC_URL"]
    app.config["PUBLIC_URL"] = BASE
    yield lambda address: fetch(app, address)
    app.config["PUBLIC_URL"] = before


def fetch(app, address: str) -> bytes:
    assert address.startswith(BASE)
    response = app.test_client().get(urlsplit(address).path)
    assert response.status_code == 200, address
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return response.data


def badge(certificate) -> str:
    return certificates.signed_credential(certificate, BASE, SECRET)


def did(certificate) -> str:
    return f"did:web:lms.example:issuers:{certificate.user.organization.slug}"


def verify(certificate, token, site):
    verifier = OB3Verifier.for_issuer_did(did(certificate), download=site)
    return verifier.verify(token, check_status=True, download=site)


def test_a_third_party_verifier_finds_the_key_and_accepts_the_badge(certificate, site):
    token = badge(certificate)
    accepted = verify(certificate, token, site)
    assert accepted.achievement.name == "Fire safety"
    assert accepted.issuer.id == did(certificate)


def test_the_credential_has_what_the_standard_requires(hold, site):
    holding = hold(TODAY, TODAY + timedelta(days=365))
    certify()
    token = badge(of(holding))
    payload = jwt.decode(token, options={"verify_signature": False})
    errors = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(payload)]
    assert errors == []
    assert payload["validUntil"].startswith((TODAY + timedelta(days=365)).isoformat())
    assert "learner" not in json.dumps(payload)  # no address of the holder's


def test_the_signature_is_ed25519_over_what_is_sent(certificate, site):
    head, body, signature = badge(certificate).split(".")
    key = json.loads(site(f"{BASE}/issuers/{certificate.user.organization.slug}/jwks.json"))["keys"][0]
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    public.verify(base64.urlsafe_b64decode(signature + "=="), f"{head}.{body}".encode())
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "EdDSA"


def test_a_badge_that_was_changed_is_refused(certificate, site):
    head, body, signature = badge(certificate).split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    payload["name"] = "Brain surgery"
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    with pytest.raises(OB3VerificationError, match="signature"):
        verify(certificate, f"{head}.{body}.{signature}", site)


def test_a_revoked_badge_is_refused_and_the_others_are_not(admin, certificate, hold, site):
    other = hold(TODAY, None)
    certify()
    revoked, standing = badge(certificate), badge(of(other))
    certificates.revoke(certificate, "Issued by mistake.", admin)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verify(certificate, revoked, site)
    assert verify(of(other), standing, site).achievement.name == "Basic life support"


def test_an_expired_badge_is_refused(hold, site):
    holding = hold(TODAY - timedelta(days=400), TODAY - timedelta(days=3))
    certify()
    with pytest.raises(OB3VerificationError, match="expired"):
        verify(of(holding), badge(of(holding)), site)


def test_another_organizations_key_does_not_do(certificate, stranger, site):
    token = badge(certificate)
    signing_key(stranger.organization_id, SECRET)
    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(f"did:web:lms.example:issuers:{stranger.organization.slug}", site).verify(token)


def test_every_address_in_a_badge_resolves(certificate, site):
    payload = jwt.decode(badge(certificate), options={"verify_signature": False})
    achievement = payload["credentialSubject"]["achievement"]
    assert json.loads(site(achievement["id"]))["name"] == "Fire safety"
    assert "Fire safety" in site_page(payload["id"], site)
    assert site(payload["credentialStatus"]["statusListCredential"]).count(b".") == 2


def site_page(address, site) -> str:
    client = site.__closure__[0].cell_contents.test_client()
    return client.get(urlsplit(address).path).text


def test_an_achievement_cannot_be_found_without_a_badge_of_it(certificate, site, app):
    slug = certificate.user.organization.slug
    for name in (f"course-{certificate.about_id}", f"course-{certificate.about_id}-{'0' * 20}", "x", "-", "course-1-"):
        assert app.test_client().get(f"/issuers/{slug}/achievements/{name}").status_code == 404


def test_the_private_half_of_a_key_is_encrypted_and_never_told(certificate, site):
    badge(certificate)
    key = db.session.scalars(select(SigningKey)).one()
    _key, private = signing_key(key.organization_id, SECRET)
    raw = private.private_bytes_raw()
    assert raw not in base64.urlsafe_b64decode(key.private_key)
    [change] = db.session.scalars(select(Change).where(Change.object_type == "SigningKey"))
    assert "private_key" not in change.after


def test_after_a_new_secret_there_is_a_new_key_and_old_badges_still_verify(certificate, site):
    before = badge(certificate)
    after = certificates.signed_credential(certificate, BASE, "another secret")
    assert len(published_keys(certificate.organization_id)) == 2
    for token in (before, after):
        verifier = OB3Verifier.for_issuer_did(did(certificate), download=site)
        assert verifier.verify(token).achievement.name == "Fire safety"

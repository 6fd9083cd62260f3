"""What verifiers of badges fetch: an organization's keys, profile, achievements and status lists, for anybody."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from lms import certificates
from lms.certificates import Issuer

blueprint = Blueprint("issuers", __name__, url_prefix="/issuers/<slug>")

KEPT = 300
"""Seconds that what is fetched here may be kept by whoever fetches it."""


def issuer(slug: str) -> Issuer:
    """The organization of this name as an issuer."""
    return certificates.find_issuer(slug, current_app.config["PUBLIC_URL"], current_app.config["SECRET_KEY"])


def _published(document: Any, kind: str = "application/json") -> Response:
    response = jsonify(document) if not isinstance(document, str) else Response(document)
    response.content_type = kind
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.cache_control.public = True
    response.cache_control.max_age = KEPT
    return response


@blueprint.get("/")
def profile(slug: str) -> Response:
    """The issuer's profile."""
    return _published(issuer(slug).profile())


@blueprint.get("/did.json")
def did(slug: str) -> Response:
    """The DID document of its did:web."""
    return _published(issuer(slug).did_document(), "application/did+json")


@blueprint.get("/jwks.json")
def jwks(slug: str) -> Response:
    """Its keys as a JSON Web Key Set."""
    return _published(issuer(slug).jwks(), "application/jwk-set+json")


@blueprint.get("/achievements/<name>")
def achievement(slug: str, name: str) -> Response:
    """One achievement, for whoever has its address from a badge."""
    return _published(certificates.published_achievement(issuer(slug), name))


@blueprint.get("/status/<int(max=99999999):number>")
def status(slug: str, number: int) -> Response:
    """One status list, signed."""
    return _published(certificates.signed_status_list(issuer(slug), number), "application/vc+jwt")

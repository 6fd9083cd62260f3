"""Checking a certificate, for anybody: one number at a time, and no more than the certificate itself says."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug import Response

from lms import certificates

blueprint = Blueprint("verification", __name__, url_prefix="/verify")

ATTEMPTS = "30/minute"
"""How many numbers one address may look up; with 31 to the power of 15 numbers, guessing is hopeless anyway."""


def limit(app: Flask) -> None:
    """Keep one address from trying numbers, if limits are wanted at all."""
    if app.config["RATELIMIT_ENABLED"]:
        limiter = Limiter(get_remote_address, app=app)
        limited: Any = limiter.limit(ATTEMPTS)(app.view_functions["verification.show"])
        app.view_functions["verification.show"] = limited


@blueprint.get("/")
def index() -> str | Response:
    """The form for a number."""
    typed = request.args.get("number", "").strip()
    if typed:
        return redirect(url_for("verification.show", number=typed[:60]))
    return render_template("verification/index.html", typed="", is_unknown=False)


@blueprint.get("/<number>")
def show(number: str) -> str | tuple[str, int]:
    """What the certificate with this number says, and whether it still counts."""
    certificate = certificates.verified(number)
    if certificate is None:
        return render_template("verification/index.html", typed=number[:60], is_unknown=True), 404
    organization = certificate.user.organization
    return render_template(
        "verification/show.html",
        certificate=certificate,
        organization=organization,
        state=certificate.state(certificates.today(organization)),
    )

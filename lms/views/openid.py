"""Signing in at the organization's provider: its address here, on to the provider, and back."""

import hmac
import time
from typing import Any

import structlog
from flask import Blueprint, Flask, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import login_user
from werkzeug import Response

from lms import identity
from lms.db import db
from lms.errors import Refusal
from lms.identity import IdentityProvider, Untrusted
from lms.views.forms.identity import AddressForm

blueprint = Blueprint("openid", __name__)
log = structlog.get_logger(__name__)

KEPT = "openid"
"""Where a session keeps what was sent along until somebody is back."""
LONGEST = 900
"""Seconds somebody may take at the provider."""


def limit(app: Flask) -> None:
    """As often as with a password: addresses that are tried, and returns that let nobody in."""
    if not app.config["RATELIMIT_ENABLED"]:
        return
    limiter = Limiter(get_remote_address, app=app)

    def wrap(endpoint: str, limit: str, **options: Any) -> None:
        limited: Any = limiter.limit(limit, **options)(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited

    wrap("openid.address", "10/minute", methods=["POST"])
    wrap("openid.start", "60/minute")
    wrap("openid.back", "10/minute", deduct_when=lambda response: response.status_code >= 400)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def address() -> str | Response:
    """Whoever does not know the organization's address gives their own."""
    form = AddressForm()
    if form.validate_on_submit():
        organization = identity.organization_for(form.email.data or "")
        if organization is not None:
            return redirect(url_for("openid.organization", slug=organization.slug, next=_local(request.args) or None))
        form.email.errors = [_("For this address there is no sign-in elsewhere. Use your password.")]
    return render_template("openid/address.html", form=form)


@blueprint.get("/login/<slug>")
def organization(slug: str) -> str:
    """The organization's own sign-in page, to be put among its links."""
    provider, owner = identity.provider_at(slug)
    return render_template("openid/organization.html", provider=provider, organization=owner, next=_local(request.args))


@blueprint.get("/login/<slug>/start")
def start(slug: str) -> Response | tuple[str, int]:
    """On to the provider. A link, not a form: a form's policy would not let the browser leave the site."""
    provider, _owner = identity.provider_at(slug)
    try:
        url, kept = _relying(provider, slug).begin(bool(provider.groups_claim))
    except Refusal as error:
        return _problem(slug, error)
    session[KEPT] = kept | {"slug": slug, "next": _local(request.args), "at": int(time.time())}
    return redirect(url)


@blueprint.get("/login/<slug>/back")
def back(slug: str) -> Response | tuple[str, int]:
    """Back from the provider, with a code for a token that says who it is."""
    kept = session.pop(KEPT, None) or {}
    provider, _owner = identity.provider_at(slug)
    try:
        _check_return(kept, slug, provider)
        needed = ("email", provider.groups_claim) if provider.groups_claim else ("email",)
        claims = _relying(provider, slug).finish(request.args.get("code", ""), kept, needed)
        user = identity.arrive(provider, claims)
    except Refusal as error:
        return _problem(slug, error)
    login_user(user, authn_via=["openid"])
    return redirect(kept["next"] or url_for("home.index"))


def _check_return(kept: dict[str, Any], slug: str, provider: IdentityProvider) -> None:
    given = request.args.get("state", "").encode()
    if not kept or kept["slug"] != slug or not hmac.compare_digest(kept["state"].encode(), given):
        raise Untrusted("state is not the one that was sent")
    if time.time() - kept["at"] > LONGEST:
        raise Untrusted("it took too long")
    # RFC 9207: an answer that names another issuer is another provider's, mixed up with this one's.
    if request.args.get("iss", provider.issuer) != provider.issuer:
        raise Untrusted("the answer is another issuer's")
    if "error" in request.args or not request.args.get("code"):
        raise Untrusted(f"refused: {request.args.get('error', 'no code')[:100]}")


def _relying(provider: IdentityProvider, slug: str) -> identity.Relying:
    return identity.relying(
        provider,
        redirect_uri(slug),
        current_app.config["SECRET_KEY"],
        allows_internal=current_app.config["OPENID_INTERNAL"],
    )


def redirect_uri(slug: str) -> str:
    """Where a provider must send people back to; it is told this address once, when we are registered there."""
    return str(current_app.config["PUBLIC_URL"] + url_for("openid.back", slug=slug))


def _local(arguments: Any) -> str:
    """Where to go afterwards: a page of ours, or nowhere in particular."""
    wanted = str(arguments.get("next", ""))
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if is_ours else ""


def _problem(slug: str, error: Refusal) -> tuple[str, int]:
    db.session.rollback()
    log.warning("sign-in refused", slug=slug, reason=getattr(error, "reason", error.message))
    return render_template("openid/problem.html", slug=slug, message=_(error.message)), error.status

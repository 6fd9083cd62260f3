"""Where an organization's people sign in: an administrator sets it."""

import re
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import AfterValidator, BeforeValidator, StringConstraints
from sqlalchemy import select

from lms.accounts import Organization, User
from lms.attrs import Attrs, Name
from lms.db import db, snapshot, transaction
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.identity.addresses import Unanswered
from lms.identity.models import IdentityProvider
from lms.identity.openid import Relying
from lms.locking import Lock
from lms.policy import authorize

LOCK = Lock("lms: secrets of sign-in providers")
DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+")


def _domains(value: Any) -> Any:
    return re.split(r"[\s,;]+", value.strip()) if isinstance(value, str) else value


def _known_domains(domains: list[str]) -> list[str]:
    kept = sorted({domain.lower().lstrip("@") for domain in domains if domain})
    if not all(DOMAIN.fullmatch(domain) and len(domain) <= 253 for domain in kept):
        raise ValueError("Give what stands behind the @ of your addresses, such as harbour.example.")
    return kept


def _issuer(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s@?#/]+(/[^\s@?#]*)?", value):
        raise ValueError("Give the issuer's address as the provider shows it, such as https://login.example.com.")
    return value


class ProviderAttrs(Attrs):
    """A provider as an administrator fills it in; a blank secret leaves the one there is."""

    name: Name
    issuer: Annotated[str, StringConstraints(max_length=500), AfterValidator(_issuer)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    client_secret: Annotated[str, StringConstraints(max_length=500)] = ""
    domains: Annotated[list[str], BeforeValidator(_domains), AfterValidator(_known_domains)] = []
    enabled: bool = False
    creates_people: bool = False
    groups_claim: Annotated[
        Annotated[str, StringConstraints(max_length=200)] | None, BeforeValidator(lambda value: value or None)
    ] = None
    allows_password: bool = True


def provider_of(organization_id: int) -> IdentityProvider | None:
    """The organization's provider, whether it is on or not; one statement."""
    return db.session.scalar(select(IdentityProvider).where(IdentityProvider.organization_id == organization_id))


def provider_at(slug: str) -> tuple[IdentityProvider, Organization]:
    """The provider of the organization of this name; raises NotFound where there is none that is on."""
    found = db.session.execute(
        select(IdentityProvider, Organization)
        .join(Organization, Organization.id == IdentityProvider.organization_id)
        .where(Organization.slug == slug.replace("\0", ""), IdentityProvider.enabled)
    ).first()
    if found is None:
        raise NotFound("No organization of this name signs in here. Check the address.")
    return found[0], found[1]


def organization_for(address: str) -> Organization | None:
    """Whose provider somebody with this address signs in at: their organization's, or that of the domain; or None."""
    address = address.strip().lower().replace("\0", "")
    organization_id = db.session.scalar(select(User.organization_id).where(User.email == address))
    for provider in db.session.scalars(select(IdentityProvider).where(IdentityProvider.enabled)):
        is_theirs = address.rpartition("@")[2] in provider.domains if organization_id is None else False
        if is_theirs or provider.organization_id == organization_id:
            return db.session.get(Organization, provider.organization_id)
    return None


def save_provider(attrs: ProviderAttrs, actor: Any, key: str, *, allows_internal: bool = False) -> IdentityProvider:
    """Set the organization's provider; a new issuer is asked whether it is one.

    `key` is SECRET_KEY. Raises Invalid for an issuer that does not answer, a domain of another organization, accounts
    at first sign-in without a domain, or a missing secret.
    """
    authorize(actor, "edit", "IdentityProvider")
    present = provider_of(actor.organization_id)
    values = attrs.model_dump(exclude={"client_secret"})
    if present is None and not attrs.client_secret:
        raise Invalid("client_secret", "Fill this in.")
    if attrs.creates_people and not attrs.domains:
        raise Invalid("domains", "Say which addresses may get an account at their first sign-in.")
    if present is None or present.issuer.rstrip("/") != attrs.issuer.rstrip("/"):
        values["issuer"] = _confirmed(attrs, allows_internal)
    else:
        values["issuer"] = present.issuer
    with transaction() as session:
        _check_domains(attrs.domains, actor.organization_id)
        if present is None:
            present = IdentityProvider(
                organization_id=actor.organization_id, client_secret=LOCK.lock(attrs.client_secret, key), **values
            )
            session.add(present)
            EventCenter.broadcast("created", present, actor)
            return present
        previous = snapshot(present)
        if attrs.client_secret:
            present.client_secret = LOCK.lock(attrs.client_secret, key)
        for name, value in values.items():
            setattr(present, name, value)
        EventCenter.broadcast("updated", previous, present, actor)
    return present


def relying(provider: IdentityProvider, redirect_uri: str, key: str, *, allows_internal: bool = False) -> Relying:
    """We as this provider's client; raises Conflict when the secret must be filled in anew."""
    secret = LOCK.unlock(provider.client_secret, key)
    if secret is None:
        raise Conflict("The secret of the sign-in provider cannot be read any more. An administrator must fill it in.")
    return Relying(provider.issuer, provider.client_id, secret, redirect_uri, allows_internal)


def may_use_password(user: User) -> bool:
    """Whether somebody may sign in with a password: administrators always, should the provider be away."""
    if user.has_role("admin"):
        return True
    provider = provider_of(user.organization_id)
    return provider is None or not provider.enabled or provider.allows_password


def _confirmed(attrs: ProviderAttrs, allows_internal: bool) -> str:
    try:
        metadata = Relying(attrs.issuer, attrs.client_id, "", "", allows_internal).metadata()
    except Unanswered as error:
        said = _("There is no OpenID provider at this address.")
        raise Invalid("issuer", f"{said} {_(error.message)}") from error
    return str(metadata["issuer"])


def _check_domains(domains: list[str], organization_id: int) -> None:
    others = select(IdentityProvider.domains).where(IdentityProvider.organization_id != organization_id)
    for theirs in db.session.scalars(others):
        for domain in set(domains) & set(theirs):
            raise Invalid("domains", _("Another organization signs in with addresses of %(domain)s.", domain=domain))

"""Who comes in with a provider's word: known by issuer and subject, linked by a verified address, or new."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from lms import accounts
from lms.accounts import Organization, User, UserAttrs
from lms.accounts.attrs import Email
from lms.attrs import validated
from lms.db import db, transaction
from lms.errors import NotAllowed, NotFound
from lms.events import EventCenter
from lms.identity.groups import join_exactly
from lms.identity.models import Identity, IdentityProvider
from lms.policy import authorize

ENTRA = "login.microsoftonline.com"
NOT_VERIFIED = "Your sign-in provider does not say that your address is verified, so it cannot be known who you are. Ask an administrator of your organization."  # noqa: E501
NOT_KNOWN = "There is no account for you here. Ask an administrator of your organization for one."
INACTIVE = "Your account is deactivated. Ask an administrator of your organization."
ANOTHER = "Your address belongs to somebody who signs in with another account of the provider. Ask an administrator of your organization to separate the two."  # noqa: E501

_address = TypeAdapter(Email)


def arrive(provider: IdentityProvider, claims: Mapping[str, Any]) -> User:
    """The person these verified claims are about, with the roles that their groups bring.

    Raises NotAllowed for somebody who is inactive, unknown, of another organization, or whose address is not verified.
    """
    with transaction():
        user = _known(provider, claims) or _linked(provider, claims)
        if not user.active:
            raise NotAllowed(INACTIVE)
        if provider.groups_claim and provider.groups_claim in claims:
            named = claims[provider.groups_claim]
            join_exactly(user, [str(one) for one in named] if isinstance(named, list) else [str(named)])
    return user


def identity_of(user: User) -> Identity | None:
    """By what somebody signs in at the organization's provider; None for who has not yet; one statement."""
    return db.session.scalar(select(Identity).where(Identity.user_id == user.id).order_by(Identity.id.desc()))


def separate(user: User, actor: Any) -> None:
    """Forget what somebody signed in with; raises NotFound where there is nothing. They can link again."""
    authorize(actor, "edit", user)
    with transaction() as session:
        rows = session.scalars(select(Identity).where(Identity.user_id == user.id)).all()
        if not rows:
            raise NotFound("This person has not signed in at a provider.")
        for row in rows:
            EventCenter.broadcast("deleted", row, actor)
            session.delete(row)


def _known(provider: IdentityProvider, claims: Mapping[str, Any]) -> User | None:
    return db.session.scalar(
        select(User)
        .join(Identity, Identity.user_id == User.id)
        .where(
            Identity.organization_id == provider.organization_id,
            Identity.issuer == provider.issuer,
            Identity.subject == claims["sub"],
        )
    )


def _linked(provider: IdentityProvider, claims: Mapping[str, Any]) -> User:
    address = _verified_address(provider, claims)
    user = db.session.scalar(select(User).where(User.email == address))
    if user is None and provider.creates_people:
        user = _new(provider, address, claims)
    # Whoever has an account elsewhere is told no more than whoever has none.
    if user is None or user.organization_id != provider.organization_id:
        raise NotAllowed(NOT_KNOWN)
    if not user.active:
        raise NotAllowed(INACTIVE)
    taken = select(Identity.id).where(Identity.user_id == user.id, Identity.issuer == provider.issuer)
    if db.session.scalar(taken) is not None:
        raise NotAllowed(ANOTHER)
    row = Identity(
        organization_id=provider.organization_id, user_id=user.id, issuer=provider.issuer, subject=claims["sub"]
    )
    db.session.add(row)
    EventCenter.broadcast("created", row, user)
    return user


def _verified_address(provider: IdentityProvider, claims: Mapping[str, Any]) -> str:
    """The address, if the provider vouches for it and it is one of the organization's."""
    try:
        address = str(_address.validate_python(claims.get("email")))
    except ValidationError:
        raise NotAllowed(NOT_VERIFIED) from None
    if not _is_verified(provider, claims):
        raise NotAllowed(NOT_VERIFIED)
    if provider.domains and address.rpartition("@")[2] not in provider.domains:
        raise NotAllowed(NOT_KNOWN)
    return address


def _is_verified(provider: IdentityProvider, claims: Mapping[str, Any]) -> bool:
    """Entra ID has no `email_verified`; its optional claim `xms_edov` says that the domain's owner is verified."""
    if urlsplit(provider.issuer).hostname == ENTRA and "email_verified" not in claims:
        return claims.get("xms_edov") in (True, 1, "1", "true")
    return claims.get("email_verified") in (True, "true")


def _new(provider: IdentityProvider, address: str, claims: Mapping[str, Any]) -> User:
    organization = db.session.get_one(Organization, provider.organization_id)
    name = claims.get("name")
    attrs = validated(
        UserAttrs,
        {
            "name": (name if isinstance(name, str) and name.strip() else address.partition("@")[0])[:200],
            "email": address,
            "locale": organization.locale,
            "timezone": organization.timezone,
        },
    )
    return accounts.create_user(attrs, provider.organization_id, None, None)

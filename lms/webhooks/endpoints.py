"""Endpoints: making, changing and removing them, and their secrets."""

from datetime import timedelta
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import AfterValidator, StringConstraints
from sqlalchemy import select

from lms.attrs import Attrs, Name, Summary
from lms.db import find, on_commit, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import ACTIONS, EventCenter
from lms.paging import Page, paginate
from lms.policy import Person, authorize
from lms.webhooks import settings
from lms.webhooks.addresses import checked
from lms.webhooks.claiming import settle_if_off
from lms.webhooks.kinds import TYPES
from lms.webhooks.models import WebhookEndpoint
from lms.webhooks.sending import wake_sender
from lms.webhooks.signing import is_secret, new_secret

LONGEST_OVERLAP = 7 * 24
"""Hours that an old secret may sign beside the new one."""
MOST = 50
"""Endpoints of one organization: each is a message more for every change."""


def _known(known: Any) -> AfterValidator:
    def check(chosen: list[str]) -> list[str]:
        if set(chosen) - set(known):
            raise ValueError("Choose from the list.")
        return [one for one in known if one in chosen]

    return AfterValidator(check)


class EndpointChanges(Attrs):
    """An endpoint as an administrator changes it; no types, or no actions, means all of them."""

    title: Name
    description: Summary = ""
    url: Annotated[str, StringConstraints(max_length=2000)]
    types: Annotated[list[str], _known(TYPES)] = []
    actions: Annotated[list[str], _known(ACTIONS)] = []
    enabled: bool = True


class EndpointAttrs(EndpointChanges):
    """A new endpoint; without a secret of its own it gets one."""

    secret: Annotated[str, StringConstraints(max_length=120)] | None = None


class RotationAttrs(Attrs):
    """For how long the old secret signs as well, in hours; 0 ends it at once."""

    hours: Annotated[int, Ge(0), Le(LONGEST_OVERLAP)] = 24


def create_endpoint(attrs: EndpointAttrs, actor: Any) -> WebhookEndpoint:
    """A new endpoint, told of what happens from now on.

    Raises Invalid for an address that nothing may be sent to, or a secret that is none; Conflict for one too many.
    """
    authorize(actor, "edit", "WebhookEndpoint")
    values = attrs.model_dump()
    if attrs.secret is not None and not is_secret(attrs.secret):
        raise Invalid("secret", "Give whsec_ and 24 to 64 random bytes in base64.")
    values["url"] = checked(attrs.url, settings.reach)
    values["secret"] = attrs.secret or new_secret()
    endpoint = WebhookEndpoint(organization_id=actor.organization_id, **values)
    with transaction() as session:
        mine = select(WebhookEndpoint.id).where(WebhookEndpoint.organization_id == actor.organization_id)
        if len(session.scalars(mine.limit(MOST)).all()) >= MOST:
            raise Conflict(f"There are {MOST} endpoints, and that is the most. Remove one first.")
        session.add(endpoint)
        EventCenter.broadcast("created", endpoint, actor)
    return endpoint


def update_endpoint(endpoint: WebhookEndpoint, attrs: EndpointChanges, actor: Any) -> WebhookEndpoint:
    """Change it. Switched off, what waits for it has failed; switched on again, it begins with a clean record."""
    authorize(actor, "edit", endpoint)
    checked(attrs.url, settings.reach)
    with transaction() as session:
        previous = snapshot(endpoint)
        for name, value in attrs.model_dump().items():
            setattr(endpoint, name, value)
        endpoint.rest_until = None
        if endpoint.enabled:
            endpoint.disabled_because = None
        if endpoint.enabled and not previous["enabled"]:
            endpoint.failures, endpoint.failing_since = 0, None
        EventCenter.broadcast("updated", previous, endpoint, actor)
        session.flush()
        settle_if_off(endpoint.id)
        on_commit(wake_sender)
    return endpoint


def delete_endpoint(endpoint: WebhookEndpoint, actor: Any) -> None:
    """Remove it, and its log with it; what waits is not sent."""
    authorize(actor, "edit", endpoint)
    with transaction() as session:
        EventCenter.broadcast("deleted", endpoint, actor)
        session.delete(endpoint)


def rotate_secret(endpoint: WebhookEndpoint, attrs: RotationAttrs, actor: Any) -> str:
    """A new secret, returned to be shown once; until its time is over, the old one signs as well."""
    authorize(actor, "edit", endpoint)
    with transaction():
        previous = snapshot(endpoint)
        overlaps = attrs.hours > 0
        endpoint.old_secret = endpoint.secret if overlaps else None
        endpoint.old_secret_until = utcnow() + timedelta(hours=attrs.hours) if overlaps else None
        endpoint.secret = new_secret()
        EventCenter.broadcast("updated", previous, endpoint, actor)
    return endpoint.secret


def find_endpoint(id: int, actor: Person) -> WebhookEndpoint:
    """The endpoint; raises NotFound for another organization's."""
    authorize(actor, "view", "WebhookEndpoint")
    return find(WebhookEndpoint, id, actor.organization_id)


def endpoints_page(actor: Person, q: str = "", number: int = 1, size: int = 25) -> Page[WebhookEndpoint]:
    """The organization's endpoints by name; two statements."""
    authorize(actor, "view", "WebhookEndpoint")
    statement = select(WebhookEndpoint).where(WebhookEndpoint.organization_id == actor.organization_id)
    if q:
        statement = statement.where(WebhookEndpoint.title.icontains(q, autoescape=True))
    return paginate(statement.order_by(WebhookEndpoint.title, WebhookEndpoint.id), number, size)

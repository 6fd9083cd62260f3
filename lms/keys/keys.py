"""Making, showing and revoking keys, and letting programs in with them."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime
from sqlalchemy import select, update

from lms.attrs import Attrs, Name
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.keys.models import ApiKey
from lms.keys.scopes import SCOPES, KeyActor
from lms.paging import Page, paginate
from lms.policy import Person, authorize

NOTED_EVERY = timedelta(minutes=1)
"""`last_used_at` is this exact, so that not every request is a write."""


def _known_scopes(scopes: list[str]) -> list[str]:
    if not scopes or set(scopes) - set(SCOPES):
        raise ValueError("Choose at least one from the list.")
    return [scope for scope in SCOPES if scope in scopes]


class KeyAttrs(Attrs):
    """A key as an administrator asks for it; without `expires_at` it is good until it is revoked."""

    name: Name
    scopes: Annotated[list[str], AfterValidator(_known_scopes)]
    expires_at: AwareDatetime | None = None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_key(attrs: KeyAttrs, actor: Any) -> tuple[ApiKey, str]:
    """A new key and its secret, which is nowhere kept; raises Invalid for a day that is past."""
    authorize(actor, "edit", "ApiKey")
    if attrs.expires_at is not None and attrs.expires_at <= utcnow():
        raise Invalid("expires_at", "Choose a day in the future.")
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        organization_id=actor.organization_id,
        client_id=f"lms_{secrets.token_hex(8)}",
        secret_hash=_hash(secret),
        created_by_id=actor.id,
        **attrs.model_dump(),
    )
    with transaction() as session:
        session.add(key)
        EventCenter.broadcast("created", key, actor)
    return key, secret


def revoke_key(key: ApiKey, actor: Any) -> None:
    """From now on nobody is let in with it, nor with a token made from it; raises Conflict the second time."""
    authorize(actor, "edit", key)
    with transaction():
        if key.revoked_at is not None:
            raise Conflict("This key was revoked already.")
        previous = snapshot(key)
        key.revoked_at = utcnow()
        EventCenter.broadcast("updated", previous, key, actor)


def find_key(id: int, actor: Person) -> ApiKey:
    """The key; raises NotFound for another organization's."""
    authorize(actor, "view", "ApiKey")
    return find(ApiKey, id, actor.organization_id)


def keys_page(actor: Person, q: str = "", number: int = 1, size: int = 25) -> Page[ApiKey]:
    """The organization's keys, those that work first, then by name; two statements."""
    authorize(actor, "view", "ApiKey")
    statement = select(ApiKey).where(ApiKey.organization_id == actor.organization_id)
    if q:
        statement = statement.where(ApiKey.name.icontains(q, autoescape=True))
    return paginate(statement.order_by(ApiKey.revoked_at.is_not(None), ApiKey.name, ApiKey.id), number, size)


def actor_of(client_id: str, secret: str) -> KeyActor | None:
    """Who shows this id and secret; None when the two do not fit or the key is no longer good."""
    key = db.session.scalar(select(ApiKey).where(ApiKey.client_id == client_id[:40].replace("\0", "")))
    fits = hmac.compare_digest(key.secret_hash if key else _hash(""), _hash(secret))
    return _let_in(key) if key is not None and fits else None


def actor_by_id(key_id: int, scopes: Collection[str]) -> KeyActor | None:
    """Who holds a token of this key for these scopes; None when the key is no longer good."""
    return _let_in(db.session.get(ApiKey, key_id), scopes)


def _let_in(key: ApiKey | None, scopes: Collection[str] | None = None) -> KeyActor | None:
    if key is None or key.state != "active":
        return None
    granted = frozenset(key.scopes if scopes is None else set(key.scopes) & set(scopes))
    actor = KeyActor(-key.id, key.organization_id, key.name, granted)
    _note_use(key.id, key.last_used_at)
    return actor


def _note_use(id: int, last: datetime | None) -> None:
    now = utcnow()
    if last is None or now - last > NOTED_EVERY:
        with transaction() as session:
            session.execute(
                update(ApiKey).where(ApiKey.id == id).values(last_used_at=now, updated_at=ApiKey.updated_at)
            )


def key_names(ids: Collection[int]) -> dict[int, str]:
    """What keys are called as actors, by the (negative) ids they act under; one statement, none without ids."""
    wanted = [-id for id in ids if id < 0]
    if not wanted:
        return {}
    rows = db.session.execute(select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(wanted)))
    return {-id: f"API key {name}" for id, name in rows}

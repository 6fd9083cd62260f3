"""People by the hundred, as an import brings them; in the caller's transaction."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from lms.accounts.models import User
from lms.bulk import create_rows
from lms.db import snapshot
from lms.events import EventCenter
from lms.policy import authorize


def create_users(rows: Sequence[Mapping[str, Any]], actor: Any) -> list[int]:
    """People without a password, whose addresses and numbers are free; returns their ids in order."""
    authorize(actor, "edit", "User")
    return create_rows(User, [{"organization_id": actor.organization_id, **row} for row in rows], actor)


def change_users(changes: Sequence[tuple[User, Mapping[str, Any]]], actor: Any) -> None:
    """Give each person these values, which were checked; who is deactivated is signed out everywhere."""
    authorize(actor, "edit", "User")
    for user, values in changes:
        previous = snapshot(user)
        for name, value in values.items():
            setattr(user, name, value)
        if previous["active"] and not user.active:
            user.fs_uniquifier = secrets.token_hex(32)
        EventCenter.broadcast("updated", previous, user, actor)

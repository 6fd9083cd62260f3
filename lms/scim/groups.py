"""Groups as SCIM shows and writes them; what being in one brings is the administrators' to say, not the directory's."""

from collections.abc import Sequence
from typing import Any

from scim2_models import InvalidValueException, Meta
from sqlalchemy import select

from lms import identity
from lms.attrs import validated
from lms.db import db
from lms.identity import Group, GroupAttrs, GroupMember
from lms.scim import resources
from lms.scim.filters import Attribute
from lms.scim.people import id_of, reference

WITH_MEMBER = select(GroupMember.group_id)


class Groups:
    """The resource type Group, for one actor."""

    name = "Group"
    attributes = {
        "id": Attribute(Group.id, "number"),
        "externalid": Attribute(Group.external_id, "exact"),
        "displayname": Attribute(Group.name),
        "members.value": Attribute(GroupMember.user_id, "number", WITH_MEMBER),
        "meta.created": Attribute(Group.created_at, "moment"),
        "meta.lastmodified": Attribute(Group.updated_at, "moment"),
    }

    def __init__(self, actor: Any) -> None:
        self.actor, self.id_column = actor, Group.id

    def select(self) -> Any:
        """All groups of the organization."""
        return select(Group).where(Group.organization_id == self.actor.organization_id)

    def shown(self, rows: Sequence[Any], *, lean: bool = False) -> list[Any]:
        """Rows of `select` as resources; one statement for the members of all, none where they are not wanted."""
        members: dict[int, list[resources.Member]] = {}
        if not lean:
            statement = (
                select(GroupMember.group_id, GroupMember.user_id)
                .where(GroupMember.group_id.in_([group.id for (group,) in rows]))
                .order_by(GroupMember.user_id)
            )
            for group_id, user_id in db.session.execute(statement):
                one = resources.Member(value=str(user_id), ref=reference("Users", user_id), type="User")
                members.setdefault(group_id, []).append(one)
        return [_resource(group, members.get(group.id)) for (group,) in rows]

    def create(self, resource: Any) -> int:
        """A new group; returns the id."""
        return identity.create_group(_attrs(resource), self.actor, _members(resource)).id

    def update(self, group: Group, resource: Any) -> None:
        """Name, id in the directory and members, as the resource is now."""
        attrs = _attrs(resource)
        if (group.name, group.external_id) != (attrs.name, attrs.external_id):
            identity.update_group(group, attrs, self.actor)
        identity.set_members(group, _members(resource), self.actor)

    def delete(self, group: Group) -> None:
        """The group, for good."""
        identity.delete_group(group, self.actor)


def _resource(group: Group, members: list[resources.Member] | None) -> Any:
    return resources.Group(
        id=str(group.id),
        external_id=group.external_id,
        display_name=group.name,
        members=members,
        meta=Meta(
            resource_type="Group", created=group.created_at, last_modified=group.updated_at,
            version=f'W/"{group.id}-{group.updated_at.timestamp():.6f}"',
        ),
    )  # fmt: skip


def _attrs(resource: Any) -> GroupAttrs:
    return validated(GroupAttrs, {"name": resource.display_name, "external_id": resource.external_id})


def _members(resource: Any) -> set[int]:
    ids = set()
    for member in resource.members or []:
        if member.type not in (None, "User") or "/Groups/" in str(member.ref or ""):
            raise InvalidValueException(detail="Members are users; groups within groups are not supported.")
        id = id_of(member)
        if id is not None:
            ids.add(id)
    return ids

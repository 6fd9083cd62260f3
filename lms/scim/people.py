"""Users: people of the organization as SCIM shows and writes them."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from scim2_models import InvalidValueException, Meta, NotFoundException, Reference
from sqlalchemy import func, literal, or_, select

from lms import identity
from lms.accounts import User
from lms.attrs import validated
from lms.db import db
from lms.identity import DirectoryPerson, Group, GroupMember, PersonAttrs
from lms.scim import resources
from lms.scim.filters import Attribute

USER_NAME = func.coalesce(DirectoryPerson.user_name, User.email)
"""Somebody the directory has not named yet goes by their address, so that it finds them and takes them on."""
IN_GROUPS = select(GroupMember.user_id).join(Group, Group.id == GroupMember.group_id)

ATTRIBUTES = {
    "id": Attribute(User.id, "number"),
    "externalid": Attribute(User.external_id, "exact"),
    "username": Attribute(USER_NAME),
    "displayname": Attribute(User.name),
    "name.givenname": Attribute(DirectoryPerson.given_name),
    "name.familyname": Attribute(DirectoryPerson.family_name),
    "emails.value": Attribute(User.email),
    "emails.type": Attribute(literal("work")),
    "active": Attribute(User.active, "boolean"),
    "enterprise:employeenumber": Attribute(User.personnel_number, "exact"),
    "enterprise:department": Attribute(DirectoryPerson.department),
    "enterprise:manager.value": Attribute(DirectoryPerson.manager_id, "number"),
    "groups.value": Attribute(GroupMember.group_id, "number", IN_GROUPS),
    "groups.display": Attribute(Group.name, each=IN_GROUPS),
    "meta.created": Attribute(User.created_at, "moment"),
    "meta.lastmodified": Attribute(User.updated_at, "moment"),
}
"""What can be searched and ordered by. Every address is of the type work."""


class People:
    """The resource type User, for one actor."""

    name = "User"
    attributes = ATTRIBUTES

    def __init__(self, actor: Any) -> None:
        self.actor, self.id_column = actor, User.id

    def select(self) -> Any:
        """All that the directory sees: not whom it removed, as long as they are not active again."""
        return (
            select(User, DirectoryPerson)
            .outerjoin(DirectoryPerson, DirectoryPerson.user_id == User.id)
            .where(
                User.organization_id == self.actor.organization_id,
                or_(DirectoryPerson.removed_at.is_(None), User.active),
            )
        )

    def shown(self, rows: Sequence[Any], *, lean: bool = False) -> list[Any]:
        """Rows of `select` as resources; one statement for the groups of all."""
        groups: dict[int, list[resources.GroupMembership]] = {}
        memberships = (
            select(GroupMember.user_id, Group.id, Group.name)
            .join(Group, Group.id == GroupMember.group_id)
            .where(GroupMember.user_id.in_([user.id for user, *_rest in rows]))
            .order_by(Group.id)
        )
        for user_id, group_id, name in db.session.execute(memberships):
            one = resources.GroupMembership(value=str(group_id), ref=reference("Groups", group_id), display=name)
            groups.setdefault(user_id, []).append(one)
        return [_resource(user, row, groups.get(user.id)) for user, row in rows]

    def create(self, resource: Any) -> int:
        """A new person; returns the id."""
        return identity.provision(_attrs(resource), self.actor).id

    def update(self, user: User, resource: Any) -> None:
        """The person as the resource is now."""
        identity.change(user, _attrs(resource), self.actor)

    def delete(self, user: User) -> None:
        """The person, deactivated."""
        identity.remove(user, self.actor)


def _resource(user: User, row: DirectoryPerson | None, groups: list[Any] | None) -> Any:
    model = resources.User[resources.EnterpriseUser]
    resource = model(
        id=str(user.id),
        external_id=user.external_id,
        user_name=row.user_name if row else user.email,
        display_name=user.name,
        emails=[resources.Email(value=user.email, type="work")],
        active=user.active,
        groups=groups,
    )
    if row and (row.given_name or row.family_name):
        resource.name = resources.Name(given_name=row.given_name, family_name=row.family_name)
    department, manager_id = (row.department, row.manager_id) if row else (None, None)
    if user.personnel_number or department or manager_id:
        resource[resources.EnterpriseUser] = resources.EnterpriseUser(
            employee_number=user.personnel_number,
            department=department,
            manager=_manager(manager_id) if manager_id else None,
        )
    tag = hashlib.sha256(json.dumps(resource.model_dump(), sort_keys=True, default=str).encode()).hexdigest()[:20]
    resource.meta = Meta(
        resource_type="User", created=user.created_at, last_modified=max(user.updated_at, (row or user).updated_at),
        version=f'W/"{tag}"',
    )  # fmt: skip
    return resource


def _manager(id: int) -> resources.Manager:
    return resources.Manager(value=str(id), ref=reference("Users", id))


def _attrs(resource: Any) -> PersonAttrs:
    name = resource.name or resources.Name()
    extension = resource[resources.EnterpriseUser] or resources.EnterpriseUser()
    return validated(
        PersonAttrs,
        {
            "user_name": resource.user_name,
            "name": resource.display_name,
            "email": _address(resource.emails or []),
            "active": resource.active is not False,
            "external_id": resource.external_id,
            "personnel_number": extension.employee_number,
            "department": extension.department,
            "given_name": name.given_name,
            "family_name": name.family_name,
            "manager_id": id_of(extension.manager) if extension.manager else None,
        },
    )


def _address(emails: Sequence[resources.Email]) -> str:
    """The one address a person has here: that of the type work, or the first."""
    given = [email for email in emails if email.value]
    if not given:
        raise InvalidValueException(detail="Send an address in emails; people are found and mailed by it.")
    given.sort(key=lambda email: email.type != "work")
    return str(given[0].value)


def reference(endpoint: str, id: int) -> Any:
    """A reference to one of ours; scim2-server makes an address of it."""
    return Reference(f"{endpoint}/{id}")


def id_of(given: Any) -> int | None:
    """The id that a reference names, by its value or at the end of its address; None for an empty one.

    Raises InvalidValueException for what is no id of ours.
    """
    value = given.value or (str(given.ref).rstrip("/").rsplit("/", 1)[-1] if given.ref else "")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise InvalidValueException(detail=f"There is nobody with the id {value}.")
    return int(value)


def as_id(value: str) -> int:
    """An id in an address; raises NotFoundException for what cannot be one."""
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise NotFoundException(detail="There is nothing with this id.")
    return int(value)

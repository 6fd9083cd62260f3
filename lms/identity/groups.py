"""Groups: who is in one, and which roles and department that brings."""

from collections.abc import Collection, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from sqlalchemy import func, select

from lms.accounts import Department, User, place_user
from lms.attrs import Attrs, Name, OptionalId
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Invalid, NotFound
from lms.events import EventCenter
from lms.identity.models import Group, GroupMember
from lms.policy import ROLES, authorize

AT_ONCE = 500
"""Ids in one statement."""


def _known_roles(roles: list[str]) -> list[str]:
    if set(roles) - set(ROLES):
        raise ValueError("Choose roles from the list.")
    return [role for role in ROLES if role in roles]


OptionalExternalId = Annotated[
    Annotated[str, StringConstraints(max_length=200)] | None,
    BeforeValidator(lambda value: None if isinstance(value, str) and not value.strip() else value),
]


class GroupAttrs(Attrs):
    """A group as its directory knows it."""

    name: Name
    external_id: OptionalExternalId = None


class MappingAttrs(GroupAttrs):
    """A group as an administrator fills it in: with what being in it brings."""

    roles: Annotated[list[str], AfterValidator(_known_roles)] = []
    department_id: OptionalId = None


def create_group(attrs: GroupAttrs, actor: Any, members: Iterable[int] = ()) -> Group:
    """A new group; raises Invalid for a member or department of another organization."""
    authorize(actor, "edit", "Group")
    values: dict[str, Any] = {"roles": [], "department_id": None} | attrs.model_dump()
    group = Group(organization_id=actor.organization_id, **values)
    with transaction() as session:
        _check(group, attrs)
        session.add(group)
        EventCenter.broadcast("created", group, actor)
        set_members(group, members, actor)
    return group


def update_group(group: Group, attrs: GroupAttrs, actor: Any) -> Group:
    """Change what is filled in; a new mapping holds for its members at once."""
    authorize(actor, "edit", group)
    with transaction():
        _check(group, attrs)
        previous, roles_before = snapshot(group), frozenset(group.roles)
        for name, value in attrs.model_dump(exclude_unset=True).items():
            setattr(group, name, value)
        EventCenter.broadcast("updated", previous, group, actor)
        if (previous["roles"], previous["department_id"]) != (group.roles, group.department_id):
            settle(member_ids(group), group.organization_id, actor, roles_before)
    return group


def delete_group(group: Group, actor: Any) -> None:
    """Remove it; its people lose the roles that only it gave them."""
    authorize(actor, "edit", group)
    with transaction() as session:
        people, roles_before = member_ids(group), frozenset(group.roles)
        set_members(group, (), actor, settles=False)
        EventCenter.broadcast("deleted", group, actor)
        session.delete(group)
        session.flush()
        settle(people, group.organization_id, actor, roles_before)


def set_members(group: Group, user_ids: Iterable[int], actor: Any, *, settles: bool = True) -> None:
    """Exactly these people are in it; raises Invalid for somebody of another organization. In a transaction."""
    if actor is not None:
        authorize(actor, "edit", group)
    before, after = member_ids(group), set(user_ids)
    with transaction():
        _check_people(after - before, group.organization_id)
        _remove(group, before - after, actor)
        _add(group, sorted(after - before), actor)
        if before != after:
            group.updated_at = utcnow()
            if settles:
                settle(before ^ after, group.organization_id, actor)


def join_exactly(user: User, named: Collection[str]) -> None:
    """Somebody who signs in is in the groups that their provider names, by name or id, and in no others.

    In a transaction. There is no actor: the provider says so.
    """
    groups = list(db.session.scalars(select(Group).where(Group.organization_id == user.organization_id)))
    mine = set(db.session.scalars(select(GroupMember.group_id).where(GroupMember.user_id == user.id)))
    wanted = set(named)
    for group in groups:
        belongs = group.name in wanted or (group.external_id is not None and group.external_id in wanted)
        if belongs != (group.id in mine):
            _add(group, [user.id], None) if belongs else _remove(group, {user.id}, None)
            group.updated_at = utcnow()
    settle({user.id}, user.organization_id, None)


def settle(
    user_ids: Collection[int], organization_id: int, actor: Any, roles_before: frozenset[str] = frozenset()
) -> None:
    """Give these people what their groups bring, in a transaction.

    A role that any group brings is theirs by their groups alone; every other stays as it was given by hand. The
    department is that of the oldest of their groups that has one, and stays where none has. `roles_before` are roles
    that a group brought until now. Two statements, and one more for every 500 people.
    """
    db.session.flush()
    groups = {
        group.id: group
        for group in db.session.scalars(
            select(Group).where(Group.organization_id == organization_id).order_by(Group.id)
        )
    }
    managed = roles_before.union(*(group.roles for group in groups.values()))
    for ids in _pieces(sorted(user_ids)):
        theirs: dict[int, list[Group]] = {}
        rows = db.session.execute(
            select(GroupMember.user_id, GroupMember.group_id)
            .where(GroupMember.user_id.in_(ids), GroupMember.organization_id == organization_id)
            .order_by(GroupMember.group_id)
        )
        for user_id, group_id in rows:
            theirs.setdefault(user_id, []).append(groups[group_id])
        for user in db.session.scalars(select(User).where(User.id.in_(ids), User.organization_id == organization_id)):
            mine = theirs.get(user.id, [])
            granted = {role for group in mine for role in group.roles}
            roles = [role for role in ROLES if role in granted or (role in user.roles and role not in managed)]
            department_id = next((group.department_id for group in mine if group.department_id), user.department_id)
            place_user(user, roles or ["learner"], department_id, actor)


def find_group(id: int | str, actor: Any) -> Group:
    """The group; raises NotFound for another organization's."""
    authorize(actor, "view", "Group")
    return find(Group, id, actor.organization_id)


def groups_of(actor: Any) -> list[tuple[Group, int]]:
    """The organization's groups by name, each with its number of people; one statement."""
    authorize(actor, "view", "Group")
    counted = select(GroupMember.group_id, func.count().label("people")).group_by(GroupMember.group_id).subquery()
    rows = db.session.execute(
        select(Group, func.coalesce(counted.c.people, 0))
        .outerjoin(counted, counted.c.group_id == Group.id)
        .where(Group.organization_id == actor.organization_id)
        .order_by(Group.name, Group.id)
    )
    return [(group, people) for group, people in rows]


def member_ids(group: Group) -> set[int]:
    """Who is in it; one statement."""
    return set(db.session.scalars(select(GroupMember.user_id).where(GroupMember.group_id == group.id)))


def _add(group: Group, user_ids: Iterable[int], actor: Any) -> None:
    for user_id in user_ids:
        row = GroupMember(organization_id=group.organization_id, group_id=group.id, user_id=user_id)
        db.session.add(row)
        EventCenter.broadcast("created", row, actor)


def _remove(group: Group, user_ids: Collection[int], actor: Any) -> None:
    for ids in _pieces(sorted(user_ids)):
        rows = select(GroupMember).where(GroupMember.group_id == group.id, GroupMember.user_id.in_(ids))
        for row in db.session.scalars(rows).all():
            EventCenter.broadcast("deleted", row, actor)
            db.session.delete(row)
    db.session.flush()


def _check(group: Group, attrs: GroupAttrs) -> None:
    if isinstance(attrs, MappingAttrs) and attrs.department_id is not None:
        try:
            find(Department, attrs.department_id, group.organization_id)
        except NotFound:
            raise Invalid("department_id", "Choose one from the list.") from None
    if attrs.external_id is not None:
        same = select(Group.id).where(
            Group.organization_id == group.organization_id,
            Group.external_id == attrs.external_id,
            Group.id != (group.id or 0),
        )
        if db.session.scalar(same):
            raise Invalid("external_id", "Another group has this id already.")


def _check_people(user_ids: Collection[int], organization_id: int) -> None:
    for ids in _pieces(sorted(user_ids)):
        known = select(func.count()).where(User.id.in_(ids), User.organization_id == organization_id)
        if db.session.scalar(known) != len(ids):
            raise Invalid("members", "There is somebody in the list who is not known here.")


def _pieces(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))

"""Teams: a manager's people are those of their department and of every department below it."""

from sqlalchemy import Select, String, cast, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Department, User
from lms.db import db


def departments_below(department_id: int) -> Select[int]:
    """Ids of a department and every department below it."""
    tree = select(Department.id).where(Department.id == department_id).cte("tree", recursive=True)
    child = aliased(Department)
    return select(tree.union(select(child.id).join(tree, child.parent_id == tree.c.id)).c.id)


def team_of(manager: User) -> Select[int]:
    """Ids of the active people of a manager's team, without the manager; nobody for who is no manager."""
    people = select(User.id).where(
        User.organization_id == manager.organization_id, User.active, User.id != manager.id
    )
    if not manager.has_role("manager") or manager.department_id is None:
        return people.where(User.id < 0)
    return people.where(User.department_id.in_(departments_below(manager.department_id)))


def is_in_team(user_id: int, manager: User) -> bool:
    """Whether somebody is in a manager's team; one statement."""
    return db.session.scalar(team_of(manager).where(User.id == user_id)) is not None


def managers_of(user: User) -> Select[int]:
    """Ids of the active managers whose team somebody is in."""
    managers = select(User.id).where(
        User.organization_id == user.organization_id, User.active, User.id != user.id,
        cast(User.roles, String).contains('"manager"'),
    )  # fmt: skip
    if user.department_id is None:
        return managers.where(User.id < 0)
    chain = (
        select(Department.id, Department.parent_id)
        .where(Department.id == user.department_id)
        .cte("chain", recursive=True)
    )
    parent = aliased(Department)
    above = chain.union(select(parent.id, parent.parent_id).join(chain, parent.id == chain.c.parent_id))
    return managers.where(User.department_id.in_(select(above.c.id)))

"""Teams: a manager's people are those of their department and of every department below it."""

from sqlalchemy import Select, String, cast, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Department, User
from lms.policy import Person, is_everybodys


def team_of(manager: User) -> Select[int]:
    """Ids of the active people of a manager's team, without the manager; nobody for who is no manager."""
    return manager.team()


def is_in_team(user_id: int, manager: User) -> bool:
    """Whether somebody is in a manager's team; one statement."""
    return manager.looks_after(user_id)


def seen_by(actor: Person, action: str, kind: str) -> Select[int] | None:
    """Ids of the people whose objects a list shows the actor: a manager's team and the manager; None for everybody's.

    For what the actor may do at all (`lms.policy`), which is for the caller to check.
    """
    if is_everybodys(actor, action, kind) or not isinstance(actor, User):
        return None
    return select(User.id).where((User.id == actor.id) | User.id.in_(actor.team()))


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

"""Which people a manager looks after."""

from sqlalchemy import select

from lms.accounts import Department, User
from lms.db import db
from lms.errors import NotAllowed
from lms.policy import authorize

SEES_ALL = ("admin", "auditor")
Tree = list[tuple[Department, int, int]]


def tree_of(organization_id: int) -> Tree:
    """Every department with its depth, in reading order, as pages offer them in a list; one statement.

    `accounts.departments` also counts the people, which takes long where there are very many.
    """
    children: dict[int | None, list[Department]] = {}
    for row in db.session.scalars(
        select(Department).where(Department.organization_id == organization_id).order_by(Department.name)
    ):
        children.setdefault(row.parent_id, []).append(row)
    found: Tree = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in children.get(parent_id, ()):
            found.append((row, depth, 0))
            walk(row.id, depth + 1)

    walk(None, 0)
    return found


def places_of(actor: User) -> Tree:
    """The departments whose people the actor may look at, in reading order with their depth; one statement.

    Administrators and auditors: all of them. A manager: their own, and what is part of it.
    """
    tree = tree_of(actor.organization_id)
    if any(actor.has_role(role) for role in SEES_ALL):
        return tree
    found: Tree = []
    top = None
    for row, depth, _none in tree:
        if row.id == actor.department_id:
            top = depth
        elif top is not None and depth <= top:
            break
        if top is not None:
            found.append((row, depth - top, 0))
    return found


def check_looks_after(actor: User, person: User) -> None:
    """Raise NotAllowed unless it is the actor, or somebody whose department they may look at; one statement."""
    if person.id == actor.id or any(actor.has_role(role) for role in SEES_ALL):
        return
    authorize(actor, "view", "Status")
    if person.department_id not in {row.id for row, _depth, _people in places_of(actor)}:
        raise NotAllowed("This person is not in your team. Ask their manager, or an administrator.")


def chosen_place(actor: User, places: Tree, wanted: int | None) -> int | None:
    """The department to show: the wanted one if the actor may look at it, else all that they may look at.

    None is the whole organization; 0, which is no department, stands for nobody at all.
    """
    if wanted is not None and any(row.id == wanted for row, _depth, _people in places):
        return wanted
    if any(actor.has_role(role) for role in SEES_ALL):
        return None
    return places[0][0].id if places else 0

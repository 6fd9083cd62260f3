"""Which people a manager looks after."""

from lms import accounts
from lms.accounts import Department, User
from lms.errors import NotAllowed
from lms.policy import authorize

SEES_ALL = ("admin", "auditor")


def places_of(actor: User) -> list[tuple[Department, int, int]]:
    """The departments whose people the actor may look at, as `accounts.departments` gives them; two statements.

    Administrators and auditors: all of them. A manager: their own, and what is part of it.
    """
    tree = accounts.departments(actor.organization_id)
    if any(actor.has_role(role) for role in SEES_ALL):
        return tree
    found: list[tuple[Department, int, int]] = []
    top = None
    for row, depth, people in tree:
        if row.id == actor.department_id:
            top = depth
        elif top is not None and depth <= top:
            break
        if top is not None:
            found.append((row, depth - top, people))
    return found


def check_looks_after(actor: User, person: User) -> None:
    """Raise NotAllowed unless it is the actor, or somebody whose department they may look at; two statements."""
    if person.id == actor.id or any(actor.has_role(role) for role in SEES_ALL):
        return
    authorize(actor, "view", "Status")
    if person.department_id not in {row.id for row, _depth, _people in places_of(actor)}:
        raise NotAllowed("This person is not in your team. Ask their manager, or an administrator.")


def chosen_place(actor: User, places: list[tuple[Department, int, int]], wanted: int | None) -> int | None:
    """The department to show: the wanted one if the actor may look at it, else all that they may look at.

    None is the whole organization; 0, which is no department, stands for nobody at all.
    """
    if wanted is not None and any(row.id == wanted for row, _depth, _people in places):
        return wanted
    if any(actor.has_role(role) for role in SEES_ALL):
        return None
    return places[0][0].id if places else 0

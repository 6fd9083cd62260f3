"""Kinds of rules: who matches, what makes somebody match or not, and the words for it.

Another part adds a kind with one line: `KINDS["certified"] = Kind(...)`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select

from lms.accounts import Department, JobFunction, User, departments, job_functions
from lms.db import BigId, db
from lms.policy import ROLES

Params = Mapping[str, Any]
Choice = tuple[str, str | LazyString]


@dataclass(frozen=True, slots=True)
class Kind:
    """`people` are the ids of those who match in an organization; inactive ones never do, whatever it says."""

    label: LazyString
    people: Callable[[int, Params], Select[int]]
    sentence: LazyString
    """Why somebody is enrolled; takes `value`, what was chosen, in words."""
    choices: Callable[[int], list[Choice]] | None = None
    """What can be chosen in an organization: value and words; None where there is nothing to choose."""
    user_columns: Collection[str] = ()
    """A change of one of these columns of a person may make that person match or not."""
    hears: Mapping[str, Collection[str]] = field(default_factory=dict)
    """A change of these objects, in one of these columns, may make anybody match or not; no columns: any change."""
    person: Mapping[str, str] = field(default_factory=dict)
    """A change of these objects may make one person match or not: the column that holds the person's id."""
    is_timed: bool = False
    """Time alone may make somebody match or not: looked at every day."""

    def words(self, organization_id: int, params: Params) -> str:
        """The sentence, in the language at hand."""
        value = str(params.get("value", ""))
        known = dict(self.choices(organization_id)) if self.choices else {}
        return str(self.sentence) % {"value": str(known.get(value, "?")).strip("– ")}


def _value(params: Params) -> int:
    text = str(params.get("value", ""))
    return int(text) if text.isdecimal() else 0


def _everyone(organization_id: int, params: Params) -> Select[int]:
    return select(User.id).where(User.organization_id == organization_id, User.active)


def _below(organization_id: int, params: Params) -> Select[int]:
    """A department and all its parts, however deep; the tree is walked by the database."""
    top = select(Department.id).where(
        Department.id == literal(_value(params), BigId), Department.organization_id == organization_id
    )
    tree = top.cte("tree", recursive=True)
    tree = tree.union(select(Department.id).join(tree, Department.parent_id == tree.c.id))
    return _everyone(organization_id, params).where(User.department_id.in_(select(tree.c.id)))


def _job_function(organization_id: int, params: Params) -> Select[int]:
    return _everyone(organization_id, params).where(User.job_function_id == _value(params))


def has_role(role: str) -> ColumnElement[bool]:
    """Condition on people: they have this role."""
    return cast(User.roles, String).contains(f'"{role}"')


def _role(organization_id: int, params: Params) -> Select[int]:
    return _everyone(organization_id, params).where(has_role(str(params.get("value", ""))))


def _department_choices(organization_id: int) -> list[Choice]:
    return [(str(row.id), "– " * depth + row.name) for row, depth, _people in departments(organization_id)]


def _job_function_choices(organization_id: int) -> list[Choice]:
    return [(str(row.id), row.name) for row in job_functions(organization_id)]


ROLE_WORDS = {
    "learner": _("Learner"),
    "manager": _("Manager"),
    "author": _("Author"),
    "instructor": _("Instructor"),
    "auditor": _("Auditor"),
    "admin": _("Administrator"),
}


def _role_choices(organization_id: int) -> list[Choice]:
    return [(role, ROLE_WORDS[role]) for role in ROLES]


KINDS: dict[str, Kind] = {
    "department": Kind(
        label=_("Everyone in a department and below"),
        people=_below,
        sentence=_("everyone in %(value)s and below takes this course"),
        choices=_department_choices,
        user_columns=("department_id", "active"),
        hears={"Department": ("parent_id",)},
    ),
    "job_function": Kind(
        label=_("Everyone with a job function"),
        people=_job_function,
        sentence=_("everyone with the job function %(value)s takes this course"),
        choices=_job_function_choices,
        user_columns=("job_function_id", "active"),
    ),
    "role": Kind(
        label=_("Everyone with a role"),
        people=_role,
        sentence=_("everyone with the role %(value)s takes this course"),
        choices=_role_choices,
        user_columns=("roles", "active"),
    ),
    "everyone": Kind(
        label=_("Everyone"),
        people=_everyone,
        sentence=_("everyone in the organization takes this course"),
        user_columns=("active",),
    ),
}


def people_of(kind: str, organization_id: int, params: Params) -> Select[int]:
    """Ids of the active people of the organization who match."""
    found = KINDS[kind].people(organization_id, params).subquery()
    return select(User.id).where(
        User.organization_id == organization_id, User.active, User.id.in_(select(found.c[0]))
    )


def count_of(kind: str, organization_id: int, params: Params) -> int:
    """How many match; one statement."""
    return db.session.scalar(select(func.count()).select_from(people_of(kind, organization_id, params).subquery())) or 0


__all__ = ["KINDS", "JobFunction", "Kind", "count_of", "has_role", "people_of"]

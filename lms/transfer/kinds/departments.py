"""Departments: their tree."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select

from lms.accounts import Department
from lms.bulk import create_rows
from lms.policy import authorize
from lms.transfer import values
from lms.transfer.kinds.finding import paths_of
from lms.transfer.kinds.kind import Column, Kind, Line, Run

DEEPEST = 20


def _deal(lines: Sequence[Line], run: Run) -> None:
    """One after the other, because a row may name the department that the row before it made."""
    authorize(run.actor, "edit", "Department")
    if "tree" not in run.memory:
        run.memory["tree"], run.memory["paths"] = paths_of(run.organization_id)
    tree: dict[str, list[int]] = run.memory["tree"]
    paths: dict[int, str] = run.memory["paths"]
    for line in lines:
        name, parent = line.values["name"], line.values.get("parent", "")
        above = tree.get(parent.casefold(), []) if parent else []
        if ">" in name:
            line.refuse("A name has no “>”; put the department above it in the column Part of.")
        elif parent and len(above) != 1:
            line.refuse(
                f"There is no department “{parent}”." if not above
                else f"Several departments are called “{parent}”; write its whole path, such as Care > Ward 3."
            )  # fmt: skip
        else:
            _place(line, name, above[0] if above else None, tree, paths, run)


def _place(
    line: Line, name: str, parent_id: int | None, tree: dict[str, list[int]], paths: dict[int, str], run: Run
) -> None:
    path = f"{paths[parent_id]} > {name}" if parent_id is not None else name
    here = [id for id in tree.get(path.casefold(), []) if paths[id].casefold() == path.casefold()]
    if here:
        line.leave(here[0])
        return
    if path.count(">") >= DEEPEST:
        line.refuse(f"A tree of departments is at most {DEEPEST} deep.")
        return
    row = {"organization_id": run.organization_id, "name": name, "parent_id": parent_id}
    id = -line.number if run.is_trial else create_rows(Department, [row], run.actor)[0]
    line.create(None if run.is_trial else id)
    paths[id] = path
    for word in {name.casefold(), path.casefold()}:
        tree.setdefault(word, []).append(id)


def _recall(rows: Select[Any]) -> Iterable[tuple[Hashable, int]]:
    """Nothing: what was made before a restart is in the tree."""
    return ()


DEPARTMENTS = Kind(
    name="departments",
    label=_("Departments"),
    about=_("The tree of departments; one that is part of another comes after it."),
    scope="people",
    model=Department,
    columns=(
        Column("name", _("Name"), values.text, ("naam", "department", "afdeling"), required=True),
        Column(
            "parent",
            _("Part of"),
            values.text,
            ("part of", "onderdeel van", "parent department", "boven", "bovenliggend"),
        ),
    ),
    deal=_deal,
    recall=_recall,
)

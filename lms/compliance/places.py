"""Who was where when: assignments and the tree of departments, as facts that came in any order."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts import Department
from lms.compliance.days import day_of
from lms.compliance.models import Assignment, DepartmentPlace
from lms.compliance.timeline import Piece
from lms.db import db

Parents = Mapping[int, int | None]
Moves = Mapping[int, Sequence[tuple[date, int | None, int | None]]]
"""Per department its moves in order: the day, the parent from then on, the parent before."""


class Tree:
    """The departments above some departments, on any day."""

    def __init__(self, parents: Parents, moves: Moves) -> None:
        self.parents, self.moves = parents, moves
        self.turns = sorted({day for rows in moves.values() for day, _parent, _before in rows})

    def above(self, department_id: int | None, day: date) -> frozenset[int]:
        """The department and all above it on a day."""
        found: set[int] = set()
        while department_id is not None and department_id not in found:
            found.add(department_id)
            department_id = self._parent(department_id, day)
        return frozenset(found)

    def _parent(self, department_id: int, day: date) -> int | None:
        rows = self.moves.get(department_id, ())
        for from_on, parent, _before in reversed(rows):
            if from_on <= day:
                return parent
        return rows[0][2] if rows else self.parents.get(department_id)


def load_tree(department_ids: Collection[int]) -> Tree:
    """The part of the tree above these departments, now and ever; two statements per level."""
    parents: dict[int, int | None] = {}
    moves: dict[int, list[tuple[date, int | None, int | None]]] = defaultdict(list)
    wanted = set(department_ids)
    while wanted:
        rows = db.session.execute(select(Department.id, Department.parent_id).where(Department.id.in_(wanted)))
        level = {id: parent_id for id, parent_id in rows}
        places = db.session.execute(
            select(
                DepartmentPlace.department_id, DepartmentPlace.from_on, DepartmentPlace.parent_id,
                DepartmentPlace.was_parent_id,
            )
            .where(DepartmentPlace.department_id.in_(wanted))
            .order_by(DepartmentPlace.from_on, DepartmentPlace.change_id)
        )  # fmt: skip
        above = set(level.values())
        for department_id, from_on, parent_id, was_parent_id in places:
            moves[department_id].append((from_on, parent_id, was_parent_id))
            above |= {parent_id, was_parent_id}
        parents |= dict.fromkeys(wanted) | level
        wanted = {id for id in above if id is not None} - parents.keys()
    return Tree(parents, moves)


def load_pieces(users: Sequence[Any], zone: ZoneInfo) -> dict[int, list[Piece]]:
    """Where each of `users` (rows with id, created_at, department_id, job_function_id, active) was, in order."""
    facts: dict[int, list[Any]] = defaultdict(list)
    rows = db.session.execute(
        select(Assignment.__table__)
        .where(Assignment.user_id.in_([user.id for user in users]))
        .order_by(Assignment.from_on, Assignment.change_id.is_(None), Assignment.change_id, Assignment.id)
    )
    for row in rows:
        facts[row.user_id].append(row)
    stays = {user.id: _stays(user, facts[user.id], zone) for user in users}
    tree = load_tree({stay[2] for row in stays.values() for stay in row if stay[2] is not None})
    return {id: list(_pieces(row, tree)) for id, row in stays.items()}


Stay = tuple[date, date | None, int | None, int | None, bool]


def _stays(user: Any, facts: Sequence[Any], zone: ZoneInfo) -> list[Stay]:
    """First day, first day after, department, job function, active; before the first fact, what it says was before."""
    began = day_of(user.created_at, zone)
    if not facts:
        return [(began, None, user.department_id, user.job_function_id, user.active)]
    first = facts[0]
    starts: dict[date, tuple[int | None, int | None, bool]] = {}
    if began < first.from_on:
        starts[began] = (first.was_department_id, first.was_job_function_id, first.was_active)
    for fact in facts:
        starts[fact.from_on] = (fact.department_id, fact.job_function_id, fact.active)
    days = sorted(starts)
    return [(day, following, *starts[day]) for day, following in zip_longest(days, days[1:])]


def _pieces(stays: Sequence[Stay], tree: Tree) -> Sequence[Piece]:
    found = []
    for start, end, department_id, job_function_id, active in stays:
        turns = [day for day in tree.turns if start < day and (end is None or day < end)] if department_id else []
        for begins, ends in zip([start, *turns], [*turns, end], strict=True):
            above = tree.above(department_id, begins)
            found.append(Piece(begins, ends, department_id, above, job_function_id, active))
    return found

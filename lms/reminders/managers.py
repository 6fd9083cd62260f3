"""Who looks after whom: the managers of a department, or of the nearest one above that has any."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import String, cast, select

from lms.accounts import Department, User
from lms.db import db


class Managers:
    """The managers of an organization by department; made with two statements."""

    def __init__(self, organization_id: int) -> None:
        statement = select(Department.id, Department.parent_id).where(Department.organization_id == organization_id)
        self.parents: dict[int, int | None] = {id: parent for id, parent in db.session.execute(statement)}
        self.of_department: dict[int, list[int]] = defaultdict(list)
        rows = db.session.execute(
            select(User.id, User.department_id)
            .where(User.organization_id == organization_id, User.active, User.department_id.is_not(None))
            .where(cast(User.roles, String).contains('"manager"'))
            .order_by(User.id)
        )
        for id, department_id in rows:
            if department_id is not None:
                self.of_department[department_id].append(id)

    def of(self, user_id: int, department_id: int | None) -> list[int]:
        """The managers of somebody in this department: there or nearest above, never the person; empty if none."""
        steps = 0
        while department_id is not None and steps < 50:
            others = [id for id in self.of_department.get(department_id, ()) if id != user_id]
            if others:
                return others
            department_id, steps = self.parents.get(department_id), steps + 1
        return []

    def below(self, department_id: int) -> set[int]:
        """A department and all that is part of it."""
        found, more = {department_id}, {department_id}
        while more:
            more = {id for id, parent in self.parents.items() if parent in more} - found
            found |= more
        return found

    def everybody(self) -> Collection[tuple[int, int]]:
        """Each manager with their department."""
        return [(id, department) for department, ids in sorted(self.of_department.items()) for id in ids]

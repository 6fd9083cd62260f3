"""Organizations, their departments and job functions."""

import re
import secrets
from collections.abc import Collection

from sqlalchemy import func, select

from lms.accounts.attrs import DepartmentAttrs, JobFunctionAttrs, OrganizationAttrs
from lms.accounts.models import Department, JobFunction, Organization, User
from lms.db import db, find, snapshot, transaction
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.policy import authorize


def create_organization(attrs: OrganizationAttrs) -> Organization:
    """A new organization, made by whoever runs the installation."""
    slug = re.sub(r"[^a-z0-9]+", "-", attrs.name.lower()).strip("-")[:50] or "organization"
    with transaction() as session:
        if session.scalar(select(Organization.id).where(Organization.slug == slug)):
            slug = f"{slug}-{secrets.token_hex(3)}"
        organization = Organization(
            name=attrs.name, slug=slug, locale=attrs.locale, timezone=attrs.timezone,
            mixpanel_token=attrs.mixpanel_token or None,
        )  # fmt: skip
        session.add(organization)
        EventCenter.broadcast("created", organization, None)
    return organization


def update_organization(organization: Organization, attrs: OrganizationAttrs, actor: User) -> Organization:
    """Change the settings."""
    authorize(actor, "edit", organization)
    with transaction():
        previous = snapshot(organization)
        organization.name, organization.locale, organization.timezone = attrs.name, attrs.locale, attrs.timezone
        if attrs.mixpanel_token:
            organization.mixpanel_token = None if attrs.mixpanel_token == "-" else attrs.mixpanel_token  # noqa: S105
        EventCenter.broadcast("updated", previous, organization, actor)
    return organization


def departments(organization_id: int) -> list[tuple[Department, int, int]]:
    """The tree in reading order: each department with its depth (from 0) and its number of people; two statements."""
    rows = db.session.scalars(
        select(Department).where(Department.organization_id == organization_id).order_by(Department.name)
    ).all()
    counts = dict(
        db.session.execute(
            select(User.department_id, func.count())
            .where(User.organization_id == organization_id)
            .group_by(User.department_id)
        ).all()
    )
    children: dict[int | None, list[Department]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    tree: list[tuple[Department, int, int]] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in children.get(parent_id, ()):
            tree.append((row, depth, counts.get(row.id, 0)))
            walk(row.id, depth + 1)

    walk(None, 0)
    return tree


def create_department(attrs: DepartmentAttrs, actor: User) -> Department:
    """A new department; raises Invalid for a parent elsewhere or a name taken beside it."""
    authorize(actor, "edit", "Department")
    department = Department(organization_id=actor.organization_id, name=attrs.name, parent_id=attrs.parent_id)
    with transaction() as session:
        _check_department(department, attrs)
        session.add(department)
        EventCenter.broadcast("created", department, actor)
    return department


def update_department(department: Department, attrs: DepartmentAttrs, actor: User) -> Department:
    """Rename or move a department; raises Invalid when it would become part of itself."""
    authorize(actor, "edit", department)
    with transaction():
        _check_department(department, attrs)
        previous = snapshot(department)
        department.name, department.parent_id = attrs.name, attrs.parent_id
        EventCenter.broadcast("updated", previous, department, actor)
    return department


def delete_department(department: Department, actor: User) -> None:
    """Remove an empty department; raises Conflict while people or departments are in it."""
    authorize(actor, "edit", department)
    with transaction() as session:
        people = session.scalar(select(User.id).where(User.department_id == department.id).limit(1))
        children = session.scalar(select(Department.id).where(Department.parent_id == department.id).limit(1))
        if people or children:
            raise Conflict("There are still people or departments in it. Move them first.")
        EventCenter.broadcast("deleted", department, actor)
        session.delete(department)


def _check_department(department: Department, attrs: DepartmentAttrs) -> None:
    organization_id = department.organization_id
    ancestor_id, steps = attrs.parent_id, 0
    while ancestor_id is not None:
        if ancestor_id == department.id or steps > 50:
            raise Invalid("parent_id", "A department cannot be part of itself.")
        try:
            ancestor_id = find(Department, ancestor_id, organization_id).parent_id
        except NotFound:
            raise Invalid("parent_id", "Choose a department from the list.") from None
        steps += 1
    same_place = Department.parent_id == attrs.parent_id if attrs.parent_id else Department.parent_id.is_(None)
    taken = db.session.scalar(
        select(Department.id).where(
            Department.organization_id == organization_id,
            same_place,
            func.lower(Department.name) == func.lower(attrs.name),
            Department.id != (department.id or 0),
        )
    )
    if taken:
        raise Invalid("name", "There is a department of this name here already.")


def job_functions(organization_id: int) -> list[JobFunction]:
    """All job functions by name; one statement."""
    return list(
        db.session.scalars(
            select(JobFunction).where(JobFunction.organization_id == organization_id).order_by(JobFunction.name)
        )
    )


def names_of(
    model: type[Department] | type[JobFunction], organization_id: int, ids: Collection[int]
) -> dict[int, str]:
    """The names of departments or job functions by their ids; one statement."""
    rows = db.session.execute(
        select(model.id, model.name).where(model.organization_id == organization_id, model.id.in_(ids))
    )
    return {id: name for id, name in rows}


def create_job_function(attrs: JobFunctionAttrs, actor: User) -> JobFunction:
    """A new job function; raises Invalid for a name that is taken."""
    authorize(actor, "edit", "JobFunction")
    job_function = JobFunction(organization_id=actor.organization_id, name=attrs.name)
    with transaction() as session:
        _check_job_function(job_function, attrs)
        session.add(job_function)
        EventCenter.broadcast("created", job_function, actor)
    return job_function


def update_job_function(job_function: JobFunction, attrs: JobFunctionAttrs, actor: User) -> JobFunction:
    """Rename a job function."""
    authorize(actor, "edit", job_function)
    with transaction():
        _check_job_function(job_function, attrs)
        previous = snapshot(job_function)
        job_function.name = attrs.name
        EventCenter.broadcast("updated", previous, job_function, actor)
    return job_function


def delete_job_function(job_function: JobFunction, actor: User) -> None:
    """Remove a job function that nobody has; raises Conflict otherwise."""
    authorize(actor, "edit", job_function)
    with transaction() as session:
        if session.scalar(select(User.id).where(User.job_function_id == job_function.id).limit(1)):
            raise Conflict("Somebody still has this job function. Give them another one first.")
        EventCenter.broadcast("deleted", job_function, actor)
        session.delete(job_function)


def _check_job_function(job_function: JobFunction, attrs: JobFunctionAttrs) -> None:
    taken = db.session.scalar(
        select(JobFunction.id).where(
            JobFunction.organization_id == job_function.organization_id,
            func.lower(JobFunction.name) == func.lower(attrs.name),
            JobFunction.id != (job_function.id or 0),
        )
    )
    if taken:
        raise Invalid("name", "There is a job function of this name already.")

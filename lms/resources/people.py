"""People and where they belong."""

from typing import Any

from sqlalchemy import Select

from lms import accounts
from lms.accounts import Department, DepartmentAttrs, JobFunction, JobFunctionAttrs, User, UserAttrs
from lms.resources.resource import Field, Resource


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(Department, Department.id == User.department_id).outerjoin(
        JobFunction, JobFunction.id == User.job_function_id
    )


def _create_person(attrs: UserAttrs, actor: Any) -> User:
    return accounts.create_user(attrs, actor.organization_id, None, actor)


PEOPLE = Resource(
    name="people",
    one="person",
    scope="people",
    model=User,
    view=("view", "User"),
    fields=(
        Field("id", User.id, "integer"),
        Field("name", User.name),
        Field("email", User.email, filter=True),
        Field("external_id", User.external_id, nullable=True, filter=True),
        Field("personnel_number", User.personnel_number, nullable=True, filter=True),
        Field("roles", User.roles, "list"),
        Field("locale", User.locale),
        Field("timezone", User.timezone),
        Field("department_id", User.department_id, "integer", nullable=True, filter=True),
        Field("department", Department.name, nullable=True),
        Field("job_function_id", User.job_function_id, "integer", nullable=True, filter=True),
        Field("job_function", JobFunction.name, nullable=True),
        Field("active", User.active, "boolean", filter=True),
        Field("created_at", User.created_at, "date-time"),
        Field("updated_at", User.updated_at, "date-time"),
    ),
    joins=_joined,
    attrs=UserAttrs,
    create=_create_person,
    update=accounts.update_user,
    actions={
        "invite": accounts.invite_again,
        "deactivate": accounts.deactivate_user,
        "activate": accounts.activate_user,
    },
)

DEPARTMENTS = Resource(
    name="departments",
    one="department",
    scope="people",
    model=Department,
    view=("view", "Department"),
    fields=(
        Field("id", Department.id, "integer"),
        Field("name", Department.name, filter=True),
        Field("parent_id", Department.parent_id, "integer", nullable=True, filter=True),
        Field("created_at", Department.created_at, "date-time"),
        Field("updated_at", Department.updated_at, "date-time"),
    ),
    attrs=DepartmentAttrs,
    create=accounts.create_department,
    update=accounts.update_department,
    delete=accounts.delete_department,
)

JOB_FUNCTIONS = Resource(
    name="job-functions",
    one="job function",
    scope="people",
    model=JobFunction,
    view=("view", "JobFunction"),
    fields=(
        Field("id", JobFunction.id, "integer"),
        Field("name", JobFunction.name, filter=True),
        Field("created_at", JobFunction.created_at, "date-time"),
        Field("updated_at", JobFunction.updated_at, "date-time"),
    ),
    attrs=JobFunctionAttrs,
    create=accounts.create_job_function,
    update=accounts.update_job_function,
    delete=accounts.delete_job_function,
)

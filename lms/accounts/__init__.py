"""Accounts: organizations, departments, job functions and users."""

from lms.accounts.attrs import DepartmentAttrs, JobFunctionAttrs, OrganizationAttrs, ProfileAttrs, UserAttrs
from lms.accounts.bulk import change_users, create_users
from lms.accounts.models import Department, JobFunction, Organization, User, departments_below
from lms.accounts.organizations import (
    create_department,
    create_job_function,
    create_organization,
    delete_department,
    delete_job_function,
    departments,
    job_functions,
    update_department,
    update_job_function,
    update_organization,
)
from lms.accounts.teams import is_in_team, managers_of, seen_by, team_of
from lms.accounts.users import (
    activate_user,
    create_user,
    deactivate_user,
    invite_again,
    invite_user,
    names,
    password_changed,
    update_profile,
    update_user,
    users_page,
)

__all__ = [
    "Department",
    "DepartmentAttrs",
    "JobFunction",
    "JobFunctionAttrs",
    "Organization",
    "OrganizationAttrs",
    "ProfileAttrs",
    "User",
    "UserAttrs",
    "activate_user",
    "change_users",
    "create_department",
    "create_job_function",
    "create_organization",
    "create_user",
    "create_users",
    "deactivate_user",
    "delete_department",
    "delete_job_function",
    "departments",
    "departments_below",
    "invite_again",
    "invite_user",
    "is_in_team",
    "job_functions",
    "managers_of",
    "names",
    "password_changed",
    "seen_by",
    "team_of",
    "update_department",
    "update_job_function",
    "update_organization",
    "update_profile",
    "update_user",
    "users_page",
]

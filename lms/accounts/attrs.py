"""What can be filled in about organizations and people."""

from typing import Annotated, Literal

from pydantic import AfterValidator, EmailStr, StringConstraints

from lms.attrs import Attrs, Name, OptionalId, OptionalText, Timezone
from lms.policy import ROLES

Locale = Literal["en", "nl"]
Email = Annotated[EmailStr, StringConstraints(to_lower=True, max_length=254)]


def _known_roles(roles: list[str]) -> list[str]:
    if not roles or set(roles) - set(ROLES):
        raise ValueError("Choose at least one role from the list.")
    return [role for role in ROLES if role in roles]


class OrganizationAttrs(Attrs):
    """Settings of an organization; a blank Mixpanel token leaves the one there is, `-` removes it."""

    name: Name
    locale: Locale = "en"
    timezone: Timezone = "Europe/Amsterdam"
    mixpanel_token: Annotated[str, StringConstraints(max_length=100)] = ""


class DepartmentAttrs(Attrs):
    """A department and the one it is part of."""

    name: Name
    parent_id: OptionalId = None


class JobFunctionAttrs(Attrs):
    """What somebody does."""

    name: Name


class UserAttrs(Attrs):
    """A person as an administrator fills it in."""

    name: Name
    email: Email
    roles: Annotated[list[str], AfterValidator(_known_roles)] = ["learner"]
    locale: Locale = "en"
    timezone: Timezone = "Europe/Amsterdam"
    department_id: OptionalId = None
    job_function_id: OptionalId = None
    external_id: OptionalText = None
    personnel_number: OptionalText = None


class ProfileAttrs(Attrs):
    """What people may change about themselves."""

    name: Name
    locale: Locale
    timezone: Timezone

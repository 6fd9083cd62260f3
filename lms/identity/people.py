"""People as a directory provisions them: created, changed and removed, which here means deactivated."""

from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import func, or_, select

from lms import accounts
from lms.accounts import Department, DepartmentAttrs, Organization, User, UserAttrs
from lms.accounts.attrs import Email
from lms.attrs import Attrs, Name, OptionalText, validated
from lms.db import db, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid
from lms.events import EventCenter
from lms.identity.models import DirectoryPerson
from lms.policy import authorize

UserName = Annotated[str, StringConstraints(min_length=1, max_length=254)]
Part = Annotated[str, StringConstraints(max_length=200)] | None


class PersonAttrs(Attrs):
    """A person as a directory describes them; the department is known by its name."""

    user_name: UserName
    name: Name
    email: Email
    active: bool = True
    external_id: OptionalText = None
    personnel_number: OptionalText = None
    department: Part = None
    given_name: Part = None
    family_name: Part = None
    manager_id: int | None = None


class Taken(Conflict):
    """Somebody else has what must be one person's alone; `field` says what."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def provision(attrs: PersonAttrs, actor: Any) -> User:
    """A person the directory is to look after; who was removed before and comes again is activated again.

    Nobody is mailed: they sign in through the organization's provider, or are invited from their page.
    Raises Taken for a name, address or number that somebody has, Invalid for a manager who is not known.
    """
    authorize(actor, "edit", "User")
    with transaction():
        user = _removed_before(attrs, actor.organization_id)
        if user is not None:
            return _write(user, attrs, actor)
        _check_user_name(attrs.user_name, actor.organization_id, None)
        organization = db.session.get_one(Organization, actor.organization_id)
        values = _for_accounts(attrs, None, actor)
        user_attrs = validated(UserAttrs, {"locale": organization.locale, "timezone": organization.timezone, **values})
        try:
            user = accounts.create_user(user_attrs, actor.organization_id, None, actor)
        except Invalid as error:
            raise _taken(error) from None
        _note(user, attrs, actor)
        if not attrs.active:
            accounts.deactivate_user(user, actor)
    return user


def change(user: User, attrs: PersonAttrs, actor: Any) -> User:
    """All of a person as the directory has it now; raises as `provision` does, and Conflict for the only admin."""
    authorize(actor, "edit", user)
    with transaction():
        return _write(user, attrs, actor)


def remove(user: User, actor: Any) -> None:
    """The directory has the person no more: deactivated, and not shown to it again. Nobody is ever deleted."""
    authorize(actor, "edit", user)
    with transaction():
        if user.active:
            accounts.deactivate_user(user, actor)
        row = directory_row(user)
        previous = snapshot(row) if row is not None else None
        if row is None:
            row = _new_row(user, user.email)
        row.removed_at = utcnow()
        _tell(previous, row, actor)


def directory_row(user: User) -> DirectoryPerson | None:
    """What the directory says of somebody beyond what a person has here; one statement."""
    return db.session.scalar(select(DirectoryPerson).where(DirectoryPerson.user_id == user.id))


def _write(user: User, attrs: PersonAttrs, actor: Any) -> User:
    _check_user_name(attrs.user_name, user.organization_id, user.id)
    values = _for_accounts(attrs, directory_row(user), actor)
    if any(getattr(user, name) != value for name, value in values.items()):
        present = {name: getattr(user, name) for name in UserAttrs.model_fields}
        try:
            accounts.update_user(user, validated(UserAttrs, {**present, **values}), actor)
        except Invalid as error:
            raise _taken(error) from None
    if attrs.active != user.active:
        (accounts.activate_user if attrs.active else accounts.deactivate_user)(user, actor)
    _note(user, attrs, actor)
    return user


def _for_accounts(attrs: PersonAttrs, row: DirectoryPerson | None, actor: Any) -> dict[str, Any]:
    """A department that the directory says nothing new of is left as it was given here, by hand or by a group."""
    values = attrs.model_dump(include={"name", "email", "external_id", "personnel_number"})
    if attrs.department != (row.department if row else None):
        values["department_id"] = _department(attrs.department, actor).id if attrs.department else None
    return values


def _department(name: str, actor: Any) -> Department:
    """The department of this name, the oldest if several have it; a new one without a parent where none has."""
    found = db.session.scalar(
        select(Department)
        .where(Department.organization_id == actor.organization_id, func.lower(Department.name) == name.lower())
        .order_by(Department.id)
        .limit(1)
    )
    return found or accounts.create_department(DepartmentAttrs(name=name), actor)


def _note(user: User, attrs: PersonAttrs, actor: Any) -> None:
    if attrs.manager_id is not None:
        known = select(User.id).where(User.id == attrs.manager_id, User.organization_id == user.organization_id)
        if db.session.scalar(known) is None:
            raise Invalid("manager", "The manager is not known here.")
    row = directory_row(user)
    previous = snapshot(row) if row is not None else None
    if row is None:
        row = _new_row(user, attrs.user_name)
    row.user_name, row.user_name_key = attrs.user_name, attrs.user_name.lower()
    row.given_name, row.family_name = attrs.given_name, attrs.family_name
    row.department, row.manager_id, row.removed_at = attrs.department, attrs.manager_id, None
    _tell(previous, row, actor)


def _new_row(user: User, user_name: str) -> DirectoryPerson:
    row = DirectoryPerson(
        organization_id=user.organization_id, user_id=user.id, user_name=user_name, user_name_key=user_name.lower()
    )
    db.session.add(row)
    return row


def _tell(previous: Any, row: DirectoryPerson, actor: Any) -> None:
    if previous is None:
        EventCenter.broadcast("created", row, actor)
    elif dict(previous.values) != dict(snapshot(row).values):
        EventCenter.broadcast("updated", previous, row, actor)


def _removed_before(attrs: PersonAttrs, organization_id: int) -> User | None:
    same = [DirectoryPerson.user_name_key == attrs.user_name.lower(), User.email == attrs.email]
    if attrs.external_id:
        same.append(User.external_id == attrs.external_id)
    return db.session.scalar(
        select(User)
        .join(DirectoryPerson, DirectoryPerson.user_id == User.id)
        .where(
            User.organization_id == organization_id, User.active.is_(False),
            DirectoryPerson.removed_at.is_not(None), or_(*same),
        )
        .order_by(User.id)
        .limit(1)
    )  # fmt: skip


def _check_user_name(user_name: str, organization_id: int, user_id: int | None) -> None:
    """Somebody the directory has not named yet goes by their address."""
    key = user_name.lower()
    taken = db.session.scalar(
        select(User.id)
        .outerjoin(DirectoryPerson, DirectoryPerson.user_id == User.id)
        .where(
            User.organization_id == organization_id,
            User.id != (user_id or 0),
            func.coalesce(DirectoryPerson.user_name_key, User.email) == key,
        )
    )
    if taken:
        raise Taken("userName", "Somebody else has this userName already.")


def _taken(error: Invalid) -> Exception:
    """What `accounts` refuses in values whose form was checked before is that somebody else has them."""
    fields = {"email": "emails", "external_id": "externalId", "personnel_number": "employeeNumber"}
    field = next(iter(error.errors))
    return Taken(fields[field], error.errors[field]) if field in fields else error

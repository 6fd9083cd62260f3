"""People: creating, inviting, changing, deactivating and finding them."""

import secrets
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, or_, select
from sqlalchemy.orm import selectinload

from lms.accounts.attrs import ProfileAttrs, UserAttrs
from lms.accounts.models import Department, JobFunction, User
from lms.db import db, find, snapshot, transaction, utcnow
from lms.errors import Conflict, Invalid, NotFound
from lms.events import EventCenter
from lms.keys import key_names
from lms.paging import Page, paginate
from lms.policy import authorize


def create_user(attrs: UserAttrs, organization_id: int, password_hash: str | None, actor: User | None) -> User:
    """A person; without a password hash nobody can sign in as them yet. The actor is None for the command line.

    Raises Invalid for an address that is taken, or a department or job function of another organization.
    """
    if actor is not None:
        authorize(actor, "edit", "User")
    values = attrs.model_dump()
    user = User(organization_id=organization_id, password=password_hash, **values)
    with transaction() as session:
        _check(user, attrs)
        session.add(user)
        EventCenter.broadcast("created", user, actor)
    return user


def invite_user(attrs: UserAttrs, actor: User) -> User:
    """A person who gets a mail with a link to choose a password (the notifications subscriber hears of it)."""
    authorize(actor, "edit", "User")
    user = User(organization_id=actor.organization_id, invited_at=utcnow(), **attrs.model_dump())
    with transaction() as session:
        _check(user, attrs)
        session.add(user)
        EventCenter.broadcast("created", user, actor)
    return user


def invite_again(user: User, actor: User) -> None:
    """Send the invitation once more; raises Conflict when it was accepted already."""

    def change() -> None:
        if user.password:
            raise Conflict("This person has chosen a password already.")
        user.invited_at = utcnow()

    _update(user, actor, change)


def update_user(user: User, attrs: UserAttrs, actor: User) -> User:
    """Change a person, as far as filled in; raises Conflict when nobody would be left as administrator."""

    def change() -> None:
        _check(user, attrs)
        if "admin" not in attrs.roles:
            _keep_an_admin(user)
        for name, value in attrs.model_dump(exclude_unset=True).items():
            setattr(user, name, value)

    return _update(user, actor, change)


def update_profile(user: User, attrs: ProfileAttrs) -> User:
    """What people change about themselves."""
    with transaction():
        previous = snapshot(user)
        user.name, user.locale, user.timezone = attrs.name, attrs.locale, attrs.timezone
        EventCenter.broadcast("updated", previous, user, user)
    return user


def place_user(user: User, roles: list[str], department_id: int | None, actor: Any | None) -> None:
    """Give somebody the roles and department that their groups bring; says nothing where nothing changes.

    The only administrator stays one. The actor is None when a sign-in provider says so.
    """
    if actor is not None:
        authorize(actor, "edit", user)
    if "admin" not in roles and _is_only_admin(user):
        roles = [*roles, "admin"]
    if list(user.roles) == roles and user.department_id == department_id:
        return
    with transaction():
        previous = snapshot(user)
        user.roles, user.department_id = roles, department_id
        EventCenter.broadcast("updated", previous, user, actor)


def deactivate_user(user: User, actor: User) -> User:
    """Nobody can sign in as them any more, at once and everywhere; their results stay."""

    def change() -> None:
        _keep_an_admin(user)
        user.active, user.fs_uniquifier = False, secrets.token_hex(32)

    return _update(user, actor, change)


def activate_user(user: User, actor: User) -> User:
    """Undo `deactivate_user`."""

    def change() -> None:
        user.active = True

    return _update(user, actor, change)


def password_changed(user: User) -> None:
    """Note that the person has chosen a password; in the caller's transaction."""
    previous = snapshot(user)
    user.password_changed_at = utcnow()
    EventCenter.broadcast("updated", previous, user, user)


def _update(user: User, actor: User, change: Callable[[], None]) -> User:
    authorize(actor, "edit", user)
    with transaction():
        previous = snapshot(user)
        change()
        EventCenter.broadcast("updated", previous, user, actor)
    return user


def _check(user: User, attrs: UserAttrs) -> None:
    taken = db.session.scalar(select(User.id).where(User.email == attrs.email, User.id != (user.id or 0)))
    if taken:
        raise Invalid("email", "Somebody uses this address already.")
    for name in ("external_id", "personnel_number"):
        _check_identifier(user, name, getattr(attrs, name))
    for field, model, id in (
        ("department_id", Department, attrs.department_id),
        ("job_function_id", JobFunction, attrs.job_function_id),
    ):
        try:
            if id is not None:
                find(model, id, user.organization_id)
        except NotFound:
            raise Invalid(field, "Choose one from the list.") from None


def _check_identifier(user: User, name: str, value: str | None) -> None:
    same = select(User.id).where(
        User.organization_id == user.organization_id, getattr(User, name) == value, User.id != (user.id or 0)
    )
    if value is not None and db.session.scalar(same):
        raise Invalid(name, "Somebody else has this already.")


def _keep_an_admin(user: User) -> None:
    if _is_only_admin(user):
        raise Conflict("This is the only administrator. Make somebody else administrator first.")


def _is_only_admin(user: User) -> bool:
    if not user.has_role("admin"):
        return False
    others = db.session.scalars(
        select(User.roles).where(User.organization_id == user.organization_id, User.active, User.id != user.id)
    )
    return not any("admin" in roles for roles in others)


SORTS = {"name": User.name, "email": User.email, "created": User.created_at}


def users_page(
    organization_id: int,
    q: str = "",
    sort: str = "name",
    number: int = 1,
    size: int = 25,
    *,
    role: str = "",
    department_id: int | None = None,
    job_function_id: int | None = None,
    state: str = "",
    among: Select[int] | None = None,
) -> Page[User]:
    """People by name or address, filtered; four statements whatever the number of people.

    `state` is active, invited, enabled (either of the two) or inactive. A department includes only its own people,
    not those of its parts. `among` leaves only those whose ids it selects.
    """
    statement = select(User).where(User.organization_id == organization_id, *_matching(q))
    if among is not None:
        statement = statement.where(User.id.in_(among))
    if role:
        statement = statement.where(cast(User.roles, String).contains(f'"{role}"'))
    if department_id:
        statement = statement.where(User.department_id == department_id)
    if job_function_id:
        statement = statement.where(User.job_function_id == job_function_id)
    if state == "invited":
        statement = statement.where(User.password.is_(None), User.active)
    elif state == "active":
        statement = statement.where(User.active, User.password.is_not(None))
    elif state:
        statement = statement.where(User.active.is_(state == "enabled"))
    column = SORTS.get(sort.lstrip("-"), User.name)
    statement = statement.order_by(column.desc() if sort.startswith("-") else column, User.id)
    eager = (selectinload(User.department), selectinload(User.job_function))
    return paginate(statement.options(*eager), number, size)


def _matching(q: str) -> Sequence[ColumnElement[bool]]:
    return [or_(User.name.icontains(q, autoescape=True), User.email.icontains(q, autoescape=True))] if q else []


def names(ids: Collection[int]) -> dict[int, str]:
    """Names of people by id, and of the API keys that act under ids below zero; one statement for each of the two."""
    if not ids:
        return {}
    people = {id: name for id, name in db.session.execute(select(User.id, User.name).where(User.id.in_(ids)))}
    return people | key_names(ids)

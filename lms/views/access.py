"""What every page needs from the request: who asks, how the list is asked for, and where the errors go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import auth_required
from flask_wtf import FlaskForm

from lms.accounts import User
from lms.db import db
from lms.errors import Invalid
from lms.paging import SIZES
from lms.policy import RULES, authorize

View = TypeVar("View", bound=Callable[..., Any])

login_required = auth_required("session")
"""Decorator: the page is for people who are signed in; others are sent to the sign-in page and back."""


def me() -> User:
    """The person who is signed in."""
    if not current_user.is_authenticated:
        abort(401)
    return current_user._get_current_object()


def role_required(action: str, kind: str) -> Callable[[View], View]:
    """Decorator: the page is for people who may do `action` to objects of this kind (`lms.policy`).

    The view keeps it as `needs`, for `lms.views.gate`.
    """
    assert action in RULES[kind]

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            authorize(me(), action, kind)
            return view(*args, **kwargs)

        page = login_required(checked)
        page.needs = (action, kind)
        return page

    return decorate


def list_arguments(default_sort: str) -> tuple[str, str, int, int]:
    """What a list page was asked for: search text, sort (`-` first for descending), page number, page size."""
    return (
        request.args.get("q", "").replace("\0", "").strip()[:200],
        request.args.get("sort", default_sort),
        _number("page", 1),
        _number("size", SIZES[0]),
    )


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else default


@dataclass(slots=True)
class Attempt:
    """Whether the block of `form_errors` went through."""

    succeeded: bool = False

    def __bool__(self) -> bool:
        return self.succeeded


@contextmanager
def form_errors(form: FlaskForm) -> Iterator[Attempt]:
    """Put the messages of an Invalid beside the form's fields; what belongs to no field goes above the form.

    Yields an Attempt that is true after a block without errors.
    """
    attempt = Attempt()
    try:
        yield attempt
        attempt.succeeded = True
    except Invalid as error:
        db.session.rollback()
        for name, message in error.errors.items():
            field = form._fields.get(name)
            if field is None:
                form.form_errors.append(_(message))
            else:
                field.errors = [*field.errors, _(message)]


def fields(form: FlaskForm) -> dict[str, Any]:
    """What was filled in, without the token and with blanks where nothing came."""
    return {name: "" if value is None else value for name, value in form.data.items() if name != "csrf_token"}


def chosen_id(name: str) -> int | None:
    """The id in a filter of the address, if there is one."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None

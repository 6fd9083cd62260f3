"""Pages that scripts ask: they get JSON, and refusals as JSON too."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import jsonify, request
from flask_babel import gettext as _

from lms.db import db
from lms.errors import Invalid, Refusal

View = TypeVar("View", bound=Callable[..., Any])


def as_json(view: View) -> View:
    """Decorator: the data a view returns, with a status or without, is sent as JSON.

    What a context refuses is answered as `{"error", "errors"}` with the refusal's status.
    """

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        try:
            said = view(*args, **kwargs)
            data, status = said if isinstance(said, tuple) else (said, 200)
            return jsonify(data), status
        except Refusal as error:
            db.session.rollback()
            errors = error.errors if isinstance(error, Invalid) else {}
            answer = jsonify(error=_(error.message), errors={name: _(text) for name, text in errors.items()})
            answer.status_code = error.status
            return answer

    return answered  # type: ignore[return-value]


def sent() -> dict[str, Any]:
    """The object in the request's body; raises Invalid for anything else."""
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise Invalid("body", "This cannot be read. Reload the page and try again.")
    return data

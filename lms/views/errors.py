"""Refusals and failures as pages: one place, so that no view writes its own."""

from typing import Any

import structlog
from flask import Flask, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lms.db import db
from lms.errors import Refusal
from lms.views.api import problems

log = structlog.get_logger(__name__)

PAGES = {400, 403, 404, 409, 429, 500}


def register(app: Flask) -> None:
    """Handle what contexts refuse and what goes wrong."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(HTTPException, failed)


def refused(error: Refusal) -> Any:
    """What a context refused, in its own words."""
    db.session.rollback()
    if problems.is_for_programs():
        return problems.of(error)
    return _page(error.status, _(error.message)), error.status


def expired(error: CSRFError) -> tuple[str, int]:
    """A form without a valid token: most often one that stood open overnight."""
    return _page(400, _("This form has expired. Go back, reload the page and send it again.")), 400


def failed(error: HTTPException) -> Any:
    """Any other error of HTTP, and the 500 that Flask makes of an unexpected exception."""
    if error.code is None or error.code < 400:
        return error
    if problems.is_for_programs():
        return problems.of(error)
    if error.code == 413:
        return _page(400, _("That is more than can be sent at once. Send less text or a smaller file.")), 413
    return _page(error.code, ""), error.code


def _page(status: int, message: str) -> str:
    template = status if status in PAGES else 400 if status < 500 else 500
    return render_template(f"errors/{template}.html", message=message)

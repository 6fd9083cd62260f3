"""The mails that were caught instead of sent: development only, and only from this machine."""

from ipaddress import ip_address
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template, request

from lms.embedded import mailbox
from lms.errors import NotAllowed
from lms.paging import SIZES, Page
from lms.views.access import list_arguments

blueprint = Blueprint("mailcatcher", __name__, url_prefix="/dev/mail")

MAIL_CONTENT_SECURITY_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
)
"""A mail brings its own styles, and nothing in it may act or fetch."""


@blueprint.before_request
def only_from_this_machine() -> None:
    """Refuse everybody else: a caught mail may hold the link that resets a password."""
    if not ip_address(request.remote_addr or "::").is_loopback:
        raise NotAllowed("Caught mail is shown on the machine that runs the LMS only; it is in instance/mail there.")


def _folder() -> Path:
    return Path(current_app.config["MAIL_CATCHER"])


@blueprint.get("")
def index() -> str:
    """All caught mails, newest first."""
    _, _, number, size = list_arguments("")
    size = size if size in SIZES else SIZES[0]
    names = mailbox.names(_folder())
    number = min(max(1, number), max(1, -(-len(names) // size)))
    shown = names[(number - 1) * size : number * size]
    page = Page([mailbox.read(_folder(), name) for name in shown], len(names), number, size)
    return render_template("mailcatcher/index.html", page_of_mails=page)


@blueprint.get("/<name>")
def show(name: str) -> str:
    """One mail: as it looks, as text, and the links in it."""
    return render_template("mailcatcher/show.html", mail=mailbox.read(_folder(), name))


@blueprint.get("/<name>/body")
def body(name: str) -> Response:
    """The mail's own HTML, for the frame of its page."""
    response = make_response(mailbox.read(_folder(), name).html)
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY_POLICY
    return response

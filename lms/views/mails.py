"""For admins: every mail with its state, how it looks, sending again; and the addresses that get none any more."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as AnyResponse

from lms import notifications
from lms.notifications import KINDS, Which
from lms.views.access import chosen_id, list_arguments, me, role_required

blueprint = Blueprint("mails", __name__, url_prefix="/admin/mails")

MAIL_CONTENT_SECURITY_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
)
"""A mail brings its own styles, and nothing in it may act or fetch."""
FILTERS = ("q", "state", "kind", "mailing")


def as_frame(html: str) -> Response:
    """A mail's own HTML, for a frame."""
    response = make_response(html)
    response.headers["Content-Security-Policy"] = MAIL_CONTENT_SECURITY_POLICY
    return response


@blueprint.get("/")
@role_required("view", "Mail")
def index() -> str:
    """Mails of the organization."""
    _q, sort, number, size = list_arguments("-written")
    return render_template(
        "mails/index.html",
        list=notifications.mails_page(me(), _which(), sort, number, size),
        counts=notifications.state_counts(me()),
        not_sent=notifications.count_not_sent(_which(), me()),
        stopped=notifications.stopped_count(me()),
        kinds=[(kind, words.label) for kind, words in KINDS.items()],
        chosen={name: request.args[name] for name in FILTERS if request.args.get(name)},
    )


@blueprint.get("/<int:id>")
@role_required("view", "Mail")
def show(id: int) -> str:
    """One mail: its state and why, and how it looks."""
    mail = notifications.find_mail(id, me())
    message: EmailMessage = message_from_bytes(
        notifications.rendered(mail, current_app.config).as_bytes(), policy=default
    )
    text = message.get_body(("plain",))
    return render_template(
        "mails/show.html",
        mail=mail,
        kind=KINDS[mail.kind],
        subject=message["Subject"],
        text=text.get_content() if text else "",
        joined=notifications.joined_mails(mail),
    )


@blueprint.get("/<int:id>/body")
@role_required("view", "Mail")
def body(id: int) -> Response:
    """The mail's own HTML, for the frame of its page."""
    mail = notifications.find_mail(id, me())
    return as_frame(notifications.rendered(mail, current_app.config).html or "")


@blueprint.post("/<int:id>/again")
@role_required("edit", "Mail")
def send_again(id: int) -> AnyResponse:
    """Send one mail once more."""
    mail = notifications.send_again(notifications.find_mail(id, me()), me())
    flash(_("The mail is sent within seconds."))
    return redirect(url_for("mails.show", id=mail.id))


@blueprint.post("/again")
@role_required("edit", "Mail")
def send_all_again() -> AnyResponse:
    """Send all that match and were not sent."""
    number = notifications.send_all_again(_which(), me())
    flash(ngettext("%(num)d mail is sent again.", "%(num)d mails are sent again.", number))
    return redirect(url_for("mails.index"))


@blueprint.get("/stopped")
@role_required("view", "Mail")
def stopped() -> str:
    """Addresses that get no mail any more."""
    q, _sort, number, size = list_arguments("")
    return render_template("mails/stopped.html", list=notifications.stopped_page(me(), q, number, size))


@blueprint.post("/stopped/<int:id>/lift")
@role_required("edit", "StoppedAddress")
def lift(id: int) -> AnyResponse:
    """Let mail go to an address again."""
    row = notifications.lift(id, me())
    flash(_("Mail goes to %(address)s again.", address=row.address))
    return redirect(url_for("mails.stopped"))


def _which() -> Which:
    query, _sort, _number, _size = list_arguments("")
    return Which(
        query, request.args.get("state", ""), request.args.get("kind", ""),
        (chosen_id("mailing") or 0) if request.args.get("mailing") else None,
    )  # fmt: skip

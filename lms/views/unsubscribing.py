"""No more mails of a kind, from the mail itself: for its reader's mail program (RFC 8058) and for its reader.

The address works without sign-in, because it is signed. Looking at it changes nothing: mail scanners look at every
address. The POST needs no CSRF token, because a mail program has none.
"""

from flask import Blueprint, current_app, render_template

from lms import notifications
from lms.accounts import User
from lms.db import db
from lms.errors import NotFound
from lms.extensions import csrf
from lms.notifications import CHOICES

blueprint = Blueprint("unsubscribing", __name__, url_prefix="/unsubscribe")


def _meant(token: str) -> tuple[User, list[str]]:
    found = notifications.unsubscription(token, current_app.config["SECRET_KEY"])
    user = db.session.get(User, found[0]) if found else None
    if found is None or user is None:
        raise NotFound("This address is not complete. Use the link of the mail, or sign in and choose what you hear.")
    return user, [kind for kind in found[1] if kind in CHOICES]


@blueprint.get("/<token>")
def show(token: str) -> str:
    """Ask whether that is meant."""
    user, kinds = _meant(token)
    return render_template(
        "unsubscribing/show.html", user=user, labels=[CHOICES[kind].label for kind in kinds], is_done=False
    )


@blueprint.post("/<token>")
@csrf.exempt
def switch_off(token: str) -> str:
    """Send no more mails of these kinds; a second time changes nothing."""
    user, kinds = _meant(token)
    notifications.switch_off(user.id, user.organization_id, kinds)
    return render_template(
        "unsubscribing/show.html", user=user, labels=[CHOICES[kind].label for kind in kinds], is_done=True
    )

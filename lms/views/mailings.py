"""For admins: mailings to very many people, how far they are, stopping them and going on."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import notifications
from lms.notifications import KINDS
from lms.views.access import list_arguments, me, role_required

blueprint = Blueprint("mailings", __name__, url_prefix="/admin/mailings")


@blueprint.get("/")
@role_required("view", "Mail")
def index() -> str:
    """All mailings, newest first."""
    _q, _sort, number, size = list_arguments("")
    page = notifications.mailings_page(me(), number, size)
    return render_template("mailings/index.html", list=page, progress=notifications.progress(page.items))


@blueprint.get("/<int:id>")
@role_required("view", "Mail")
def show(id: int) -> str:
    """One mailing."""
    mailing = notifications.find_mailing(id, me())
    return render_template(
        "mailings/show.html",
        mailing=mailing,
        kind=KINDS[mailing.kind],
        title=notifications.title_of(mailing.kind, mailing.params),
        progress=notifications.progress([mailing])[mailing.id],
    )


@blueprint.get("/<int:id>/progress")
@role_required("view", "Mail")
def progress(id: int) -> str:
    """The part of the page that moves; asked for every two seconds as long as there is something to do."""
    mailing = notifications.find_mailing(id, me())
    progress = notifications.progress([mailing])[mailing.id]
    return render_template("mailings/progress.html", mailing=mailing, progress=progress)


@blueprint.post("/<int:id>/stop")
@role_required("edit", "Mailing")
def stop(id: int) -> Response:
    """Write and send no more of it."""
    notifications.stop_mailing(notifications.find_mailing(id, me()), me())
    flash(_("The mailing is stopped. You can go on with it."))
    return redirect(url_for("mailings.show", id=id))


@blueprint.post("/<int:id>/go-on")
@role_required("edit", "Mailing")
def go_on(id: int) -> Response:
    """Undo the above."""
    notifications.go_on_with_mailing(notifications.find_mailing(id, me()), me())
    flash(_("The mailing goes on."))
    return redirect(url_for("mailings.show", id=id))

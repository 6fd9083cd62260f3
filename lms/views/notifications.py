"""The inbox, its count, and what people want to hear."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug import Response

from lms import notifications
from lms.notifications import CHOICES, KINDS, Notification
from lms.views.access import form_errors, list_arguments, login_required, me

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")


@blueprint.app_template_filter("note_title")
def note_title(note: Notification) -> str:
    """The note in the reader's language."""
    return str(KINDS[note.kind].title) % note.params


@blueprint.app_template_filter("note_text")
def note_text(note: Notification) -> str:
    """The sentence under it."""
    return str(KINDS[note.kind].text) % note.params


@blueprint.get("/")
@login_required
def inbox() -> str:
    """My notes, newest first."""
    _q, _sort, number, size = list_arguments("")
    only_unread = request.args.get("show") == "unread"
    page = notifications.inbox_page(me(), number, size, only_unread=only_unread)
    return render_template("notifications/inbox.html", list=page, only_unread=only_unread)


@blueprint.get("/unread")
@login_required
def unread() -> tuple[str, dict[str, str]]:
    """How many are unread, as plain text."""
    return str(notifications.unread_count(me())), {"Content-Type": "text/plain"}


@blueprint.get("/<int:id>")
@login_required
def open_note(id: int) -> Response:
    """Mark a note as read and go where it leads."""
    note = notifications.open_note(id, me())
    return redirect(KINDS[note.kind].link(note.params))


@blueprint.post("/read")
@login_required
def read_all() -> Response:
    """Mark everything as read."""
    notifications.read_all(me())
    flash(_("Everything is marked as read."))
    return redirect(url_for("notifications.inbox"))


@blueprint.route("/preferences", methods=["GET", "POST"])
@login_required
def preferences() -> str | Response:
    """A choice for every kind."""
    form = FlaskForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            wishes = {kind: request.form[kind] for kind in CHOICES if kind in request.form}
            notifications.set_preferences(me(), wishes)
        if saved:
            flash(_("Saved."))
            return redirect(url_for("notifications.preferences"))
    chosen = notifications.preferences(me())
    return render_template("notifications/preferences.html", form=form, kinds=CHOICES, chosen=chosen)

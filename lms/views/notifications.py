"""The inbox, its count, and what people want to hear."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug import Response

from lms import notifications, rules
from lms.attrs import validated
from lms.db import transaction
from lms.notifications import CHOICES, KINDS, HabitsAttrs, Notification
from lms.views.access import fields, form_errors, list_arguments, login_required, me, role_required
from lms.views.forms.notifications import CHANNELS, DefaultsForm, HabitsForm

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")


@blueprint.app_template_filter("note_title")
def note_title(note: Notification) -> str:
    """The note in the reader's language."""
    return notifications.title_of(note.kind, note.params)


@blueprint.app_template_filter("note_text")
def note_text(note: Notification) -> str:
    """The sentence under it."""
    return notifications.text_of(note.kind, note.params)


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
    return _preferences(form, HabitsForm(obj=notifications.habits_of(me())))


@blueprint.post("/preferences/times")
@login_required
def times() -> str | Response:
    """Quiet hours, and days away."""
    form = HabitsForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            notifications.set_habits(me(), validated(HabitsAttrs, fields(form)))
        if saved:
            flash(_("Saved."))
            return redirect(url_for("notifications.preferences"))
    return _preferences(FlaskForm(), form)


def _preferences(form: FlaskForm, times_form: HabitsForm) -> str:
    return render_template(
        "notifications/preferences.html",
        form=form,
        times_form=times_form,
        kinds=CHOICES,
        channels=CHANNELS,
        chosen=notifications.preferences(me()),
        usual=notifications.defaults(me().organization_id),
        plan=notifications.digest_plan(me().organization_id),
    )


@blueprint.route("/defaults", methods=["GET", "POST"])
@role_required("edit", "Organization")
def defaults() -> str | Response:
    """What people hear who chose nothing, when digests come, and when people are reminded of due dates."""
    organization = me().organization
    form = DefaultsForm(data=_defaults_now())
    if form.validate_on_submit():
        with form_errors(form) as saved:
            wishes = {kind: request.form[kind] for kind in CHOICES if kind in request.form}
            days = {name: form[name].data or "" for name in ("before", "after", "escalate")}
            with transaction():
                notifications.set_defaults(organization, wishes, form.at.data, form.weekday.data, me())
                rules.set_due_plan(organization, days, me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("notifications.defaults"))
    return render_template(
        "notifications/defaults.html",
        form=form,
        kinds=CHOICES,
        channels=CHANNELS,
        chosen=notifications.defaults(organization.id),
    )


def _defaults_now() -> dict[str, str]:
    plan = notifications.digest_plan(me().organization_id)
    days = rules.due_plan(me().organization_id)
    return {
        "at": plan.at, "weekday": str(plan.weekday), "before": ", ".join(map(str, days.before)),
        "after": ", ".join(map(str, days.after)), "escalate": ", ".join(map(str, days.escalate)),
    }  # fmt: skip

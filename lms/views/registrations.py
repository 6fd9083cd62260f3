"""Coming to an event: oneself, the team, people; the list, approval, letting in, giving up a place."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import accounts, classroom, registrations
from lms.accounts import User
from lms.classroom import Event
from lms.db import find
from lms.errors import NotFound
from lms.policy import authorize, may
from lms.registrations import Registration
from lms.views.access import chosen_id, form_errors, list_arguments, login_required, me
from lms.views.forms.classroom import ReasonForm

blueprint = Blueprint("registrations", __name__, url_prefix="/events/<int:event_id>/people")


@blueprint.get("/")
@login_required
def index(event_id: int) -> str:
    """Who comes, waits and asked: all of them for planners, the team for a manager."""
    event = find(Event, event_id, me().organization_id)
    q, sort, number, size = list_arguments("number")
    page = registrations.registrations_page(
        event, q, sort, number, size, state=request.args.get("state", ""), manager=_only_team()
    )
    return render_template(
        "events/people.html", event=event, list=page, places=registrations.positions(event),
        counts=registrations.counts([event.id])[event.id], sessions=classroom.with_sessions(event),
        by=accounts.names({row.by_id for row in page.items if row.by_id is not None}),
    )  # fmt: skip


@blueprint.route("/add", methods=["GET", "POST"])
@login_required
def add(event_id: int) -> str | Response:
    """Choose people: of the team for a manager, anybody for a planner."""
    event = find(Event, event_id, me().organization_id)
    manager = _only_team()
    if request.method == "POST":
        ids = [int(id) for id in request.form.getlist("user_ids") if id.isdecimal() and len(id) < 19]
        if not ids:
            flash(_("Choose at least one person."), "error")
        else:
            if manager is not None:
                rows = registrations.register_team(event, ids, manager)
            else:
                rows = registrations.register_people(event, ids, me(), reason=request.form.get("reason", ""))
            waiting = sum(row.state == registrations.WAITING for row in rows)
            flash(ngettext("%(num)s person is registered.", "%(num)s people are registered.", len(rows) - waiting))
            if waiting:
                flash(ngettext("%(num)s person waits for a place.", "%(num)s people wait for a place.", waiting))
            return redirect(url_for("registrations.index", event_id=event.id))
    q, sort, number, _size = list_arguments("name")
    page = accounts.users_page(
        me().organization_id, q, sort, number, 100, department_id=chosen_id("department"),
        job_function_id=chosen_id("job_function"), state="enabled",
        among=accounts.team_of(manager) if manager is not None else None,
    )  # fmt: skip
    return render_template(
        "events/add.html", event=event, list=page, departments=accounts.departments(me().organization_id),
        job_functions=accounts.job_functions(me().organization_id), manager=manager,
        states=registrations.states_of_people(event, [row.id for row in page.items]),
        counts=registrations.counts([event.id])[event.id],
    )  # fmt: skip


@blueprint.post("/me")
@login_required
def me_too(event_id: int) -> Response:
    """Come oneself."""
    event = find(Event, event_id, me().organization_id)
    row = registrations.register_self(event, me())
    if row.state == registrations.REGISTERED:
        flash(_("You have a place. The sessions come by mail, for your calendar."))
    elif row.state == registrations.WAITING:
        flash(_("The event is full. You are number %(place)s on the waiting list.", place=registrations.position(row)))
    else:
        flash(_("Your request is sent. You hear as soon as somebody has decided."))
    return redirect(url_for("events.show", id=event.id))


@blueprint.post("/<int:id>/approve")
@login_required
def approve(event_id: int, id: int) -> Response:
    """Agree that somebody comes."""
    registrations.approve(_registration(event_id, id), me())
    flash(_("Approved."))
    return _back(event_id)


@blueprint.route("/<int:id>/decline", methods=["GET", "POST"])
@login_required
def decline(event_id: int, id: int) -> str | Response:
    """Do not agree, with a reason."""
    row = _registration(event_id, id)
    form = ReasonForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            registrations.decline(row, form.reason.data or "", me())
        if saved:
            flash(_("Declined."))
            return _back(event_id)
    return render_template(
        "events/reason.html", form=form, event=row.event, act=_("Decline"),
        title=_("Decline the request of %(name)s", name=row.user.name), text=_("The person reads your reason."),
    )  # fmt: skip


@blueprint.route("/<int:id>/let-in", methods=["GET", "POST"])
@login_required
def let_in(event_id: int, id: int) -> str | Response:
    """Give somebody a place past the order, with a reason."""
    row = _registration(event_id, id)
    authorize(me(), "edit", row)
    form = ReasonForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            registrations.let_in(row, form.reason.data or "", me())
        if saved:
            flash(_("%(name)s has a place.", name=row.user.name))
            return _back(event_id)
    return render_template(
        "events/reason.html", form=form, event=row.event, act=_("Give a place"),
        title=_("Let %(name)s in", name=row.user.name),
        text=_("This goes past the waiting list, and above the number of places if need be. Your reason is kept."),
    )  # fmt: skip


@blueprint.route("/<int:id>/cancel", methods=["GET", "POST"])
@login_required
def cancel(event_id: int, id: int) -> str | Response:
    """Give up a place: one's own at once, somebody else's with a reason."""
    row = _registration(event_id, id, "edit", "own")
    form = ReasonForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            registrations.cancel(row, me(), form.reason.data or "")
        if saved:
            flash(_("The registration is cancelled."))
            return redirect(url_for("events.show", id=event_id)) if row.user_id == me().id else _back(event_id)
    return render_template(
        "events/reason.html", form=form, event=row.event, act=_("Cancel the registration"),
        title=_("Cancel the registration of %(name)s", name=row.user.name), text=_("The person reads your reason."),
    )  # fmt: skip


def _registration(event_id: int, id: int, *actions: str) -> Registration:
    """The registration, for the person, their manager and planners; for others there is none."""
    row = find(Registration, id, me().organization_id)
    allowed = any(may(me(), action, row) for action in actions or ("view",)) or accounts.is_in_team(row.user_id, me())
    if row.event_id != event_id or not allowed:
        raise NotFound("There is no such registration, or it was deleted.")
    return row


def _only_team() -> User | None:
    """None for planners, who see everybody; the manager, whose team it is; others are refused."""
    if may(me(), "view", "Registration"):
        return None
    authorize(me(), "team", "Registration")
    return me()


def _back(event_id: int) -> Response:
    if request.args.get("next") == "agenda":
        return redirect(url_for("agenda.team"))
    return redirect(url_for("registrations.index", event_id=event_id))

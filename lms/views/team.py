"""The team: people against qualifications, and what a manager does about one of them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import accounts, certificates, compliance, proof, reminders
from lms.accounts import User
from lms.db import find
from lms.errors import NotAllowed
from lms.policy import may
from lms.views.access import chosen_id, list_arguments, login_required, me, role_required

blueprint = Blueprint("team", __name__, url_prefix="/team")


@blueprint.get("/")
@role_required("view", "Status")
def index() -> str:
    """The matrix of the departments that the person looks after."""
    q, sort, number, size = list_arguments("worst")
    places = proof.places_of(me())
    place = proof.chosen_place(me(), places, chosen_id("department"))
    state = request.args.get("state", "")
    matrix = compliance.team_matrix(
        me(), place, q, sort, number, size, job_function_id=chosen_id("job_function"),
        qualification_id=chosen_id("qualification"), state=state if state in compliance.STATES else "",
        user_ids=() if place == 0 else None,
    )  # fmt: skip
    return render_template(
        "team/index.html",
        matrix=matrix,
        list=matrix.page,
        places=places,
        has_team=place != 0,
        job_functions=accounts.job_functions(me().organization_id),
        qualifications=compliance.qualifications(me().organization_id),
        words=proof.state_words(),
        today=certificates.today(me().organization),
    )


def _person(user_id: int) -> User:
    person = find(User, user_id, me().organization_id)
    proof.check_looks_after(me(), person)
    return person


@blueprint.get("/<int:user_id>/<int:qualification_id>")
@login_required
def show(user_id: int, qualification_id: int) -> str:
    """One cell: why it is so, every time it was obtained, and what can be done about it.

    As a whole page, or just its middle for the dialog of the matrix.
    """
    person = _person(user_id)
    qualification = compliance.find_qualification(qualification_id, me())
    _user, standing = proof.standing_of(person.id, qualification.id, me())
    asked = reminders.asked_lately({qualification.id}, me().organization_id)
    template = "team/cell.html" if request.headers.get("X-Part") else "team/show.html"
    return render_template(
        template,
        person=person,
        qualification=qualification,
        row=standing,
        history=proof.history_of(person, qualification.id),
        today=certificates.today(me().organization),
        was_asked=(person.id, qualification.id) in asked,
        may_remind=may(me(), "create", "ReminderLetter"),
        may_enroll=may(me(), "enroll", "Course"),
    )


@blueprint.post("/<int:user_id>/<int:qualification_id>/enroll")
@login_required
def enroll(user_id: int, qualification_id: int) -> Response:
    """Enroll somebody in what leads to the qualification, or renews it."""
    person = _person(user_id)
    qualification = compliance.find_qualification(qualification_id, me())
    if person.id == me().id and not may(me(), "enroll", "Course"):
        raise NotAllowed("Begin from your own qualifications.")
    rounds = compliance.start_renewal(qualification, person, me())
    flash(_("%(name)s is enrolled in %(number)s courses.", name=person.name, number=len(rounds)))
    return _back(user_id, qualification_id)


@blueprint.post("/<int:user_id>/<int:qualification_id>/remind")
@login_required
def remind(user_id: int, qualification_id: int) -> Response:
    """Ask somebody to see to it."""
    person = _person(user_id)
    reminders.ask_to_renew(person.id, qualification_id, me())
    flash(_("%(name)s gets a note and a mail.", name=person.name))
    return _back(user_id, qualification_id)


def _back(user_id: int, qualification_id: int) -> Response:
    """To the matrix as it was, if the person came from there."""
    query = request.form.get("from", "")
    if query.startswith("?") and len(query) < 1000 and query.isprintable():
        return redirect(url_for("team.index") + query)
    return redirect(url_for("team.show", user_id=user_id, qualification_id=qualification_id))

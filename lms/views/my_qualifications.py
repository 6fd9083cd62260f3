"""My qualifications: what I hold, what is asked of me, and what to do next by when."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import certificates, compliance, proof
from lms.views.access import login_required, me

blueprint = Blueprint("my_qualifications", __name__, url_prefix="/my-qualifications")


@blueprint.get("/")
@login_required
def index() -> str:
    """Everything about the person who asks."""
    standings = proof.standings_of(me())
    return render_template(
        "my_qualifications/index.html",
        to_do=[row for row in standings if row.is_to_do],
        others=[row for row in standings if not row.is_to_do],
        certificates=certificates.certificates_of(me()),
        today=certificates.today(me().organization),
    )


@blueprint.get("/<int:qualification_id>")
@login_required
def show(qualification_id: int) -> str:
    """One qualification: why it is so, and every time it was obtained."""
    qualification = compliance.find_qualification(qualification_id, me())
    _user, standing = proof.standing_of(me().id, qualification.id, me())
    return render_template(
        "my_qualifications/show.html",
        qualification=qualification,
        row=standing,
        history=proof.history_of(me(), qualification.id),
        today=certificates.today(me().organization),
    )


@blueprint.post("/<int:qualification_id>/start")
@login_required
def start(qualification_id: int) -> Response:
    """Begin the courses that lead to it, or renew it; earlier results stay as they were."""
    qualification = compliance.find_qualification(qualification_id, me())
    rounds = compliance.start_renewal(qualification, me(), me())
    if len(rounds) == 1:
        flash(_("You can begin."))
        return redirect(url_for("courses.show", id=rounds[0].course_id))
    flash(_("You can begin. The courses are below."))
    return redirect(url_for("my_qualifications.show", qualification_id=qualification_id))

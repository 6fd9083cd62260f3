"""Results of everybody."""

from flask import Blueprint, render_template

from lms import accounts, courses, results
from lms.views.access import chosen_id, list_arguments, me, role_required

blueprint = Blueprint("results", __name__, url_prefix="/results")


@blueprint.get("/")
@role_required("view", "Enrollment")
def index() -> str:
    """Who passed what, and when."""
    q, sort, number, size = list_arguments("-finished")
    page = results.results_page(me().organization_id, q, sort, number, size, course_id=chosen_id("course"),
                                among=accounts.seen_by(me(), "view", "Enrollment"))  # fmt: skip
    offered = courses.courses_page(me(), size=100).items
    return render_template("results/index.html", list=page, courses=offered)

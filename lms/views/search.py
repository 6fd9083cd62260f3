"""The search field on top: courses, and people for those who may see them."""

from flask import Blueprint, render_template, request

from lms import accounts, courses
from lms.policy import may
from lms.views.access import login_required, me

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.get("/")
@login_required
def index() -> str:
    """Up to 25 of each."""
    q = request.args.get("q", "").strip()[:200]
    among = accounts.seen_by(me(), "view", "User")
    is_for_people = bool(q) and may(me(), "view", "User")
    people = accounts.users_page(me().organization_id, q, among=among).items if is_for_people else []
    found = courses.courses_page(me(), q).items if q else []
    return render_template("search/index.html", q=q, courses=found, people=people)

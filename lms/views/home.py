"""The start page: what is mine to do, and what happened."""

from flask import Blueprint, render_template

from lms import activities, courses, notifications, results
from lms.views.access import login_required, me

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@login_required
def index() -> str:
    """My unfinished courses, my latest notes, the organization's latest activities."""
    mine = courses.my_enrollments(me(), size=25).items
    latest = activities.latest_id(me().organization_id)
    return render_template(
        "home/index.html",
        enrollments=[row for row in mine if row.completed_at is None][:6],
        progress=results.progress([row.id for row in mine]),
        counts=courses.counts([row.course_id for row in mine]),
        notes=notifications.inbox_page(me(), only_unread=True).items[:5],
        activities=activities.activities_page(me()).items[:12],
        latest=latest,
    )

"""What people did, as sentences with links; the open page asks for what is new."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from lms import activities
from lms.activities import SENTENCES, Activity
from lms.policy import may
from lms.views.access import chosen_id, list_arguments, me, role_required

blueprint = Blueprint("activities", __name__, url_prefix="/activity")


@blueprint.app_template_filter("sentence")
def sentence(activity: Activity) -> Markup:
    """The activity in the reader's language, with links to the people and the course."""
    params = activity.params
    has_course = params["course"] and activity.kind != "course_deleted"
    words: dict[str, Any] = {
        "actor": _person(activity.actor_id, params["actor"]),
        "user": _person(activity.user_id, params["user"]),
        "course": _link("courses.show", activity.course_id if has_course else None, params["course"] or _("a course")),
        "title": Markup("<em>{}</em>").format(params["title"] or _("a subject")),
    }
    return escape(str(SENTENCES[activity.kind])) % words


def _person(id: int | None, name: str) -> Markup:
    """The name, with a link for a reader who may follow it."""
    is_open = id is not None and id > 0 and (may(me(), "view", "User") or id == me().id)
    return _link("people.show", id if is_open else None, name or "LMS")


def _link(endpoint: str, id: int | None, text: str) -> Markup:
    if id is None:
        return escape(text)
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, id=id), text)


@blueprint.get("/")
@role_required("view", "Activity")
def index() -> str:
    """Everything in the organization, newest first."""
    _query, _sort, number, size = list_arguments("")
    latest = activities.latest_id(me().organization_id)
    page = activities.activities_page(me(), number, size)
    return render_template("activities/index.html", list=page, latest=latest)


@blueprint.get("/live")
@role_required("view", "Activity")
def live() -> Response:
    """What came after the activity `after`, as list items; 204 when nothing did."""
    after = chosen_id("after") or 0
    course_id = chosen_id("course")
    rows = activities.newer(me(), after, course_id=course_id)
    if not rows:
        return Response(status=204)
    response = Response(render_template("activities/rows.html", activities=rows))
    latest = max(row.id for row in rows)
    response.headers["X-Live-Next"] = url_for("activities.live", after=latest, course=course_id)
    return response

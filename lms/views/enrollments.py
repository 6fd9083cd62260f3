"""Who is in a course: the list, enrolling, taking out, confirming attendance."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from lms import accounts, courses, results
from lms.courses import Enrollment, Subject
from lms.db import find
from lms.errors import NotFound
from lms.policy import authorize
from lms.views.access import chosen_id, list_arguments, login_required, me

blueprint = Blueprint("enrollments", __name__, url_prefix="/courses/<int:course_id>/people")


@blueprint.get("/")
@login_required
def index(course_id: int) -> str:
    """People in a course and how far they are."""
    course = courses.find_course(course_id, me())
    authorize(me(), "enroll", course)
    q, sort, number, size = list_arguments("name")
    page = courses.enrollments_page(course, q, sort, number, size, state=request.args.get("state", ""),
                                    among=accounts.seen_by(me(), "view", "Enrollment"))  # fmt: skip
    return render_template(
        "courses/people.html",
        course=course,
        list=page,
        progress=results.progress([row.id for row in page.items]),
        subjects=courses.with_subjects(course),
        earlier=courses.earlier_rounds(course, [row.user_id for row in page.items]),
    )


@blueprint.route("/enroll", methods=["GET", "POST"])
@login_required
def enroll(course_id: int) -> str | Response:
    """Choose people and enroll them."""
    course = courses.find_course(course_id, me())
    authorize(me(), "enroll", course)
    if request.method == "POST":
        ids = [int(id) for id in request.form.getlist("user_ids") if id.isdecimal() and len(id) < 19]
        if ids:
            new = courses.enroll(course, ids, me())
            flash(ngettext("%(num)s person is enrolled.", "%(num)s people are enrolled.", len(new)))
            return redirect(url_for("enrollments.index", course_id=course.id))
        flash(_("Choose at least one person."), "error")
    q, sort, number, _size = list_arguments("name")
    page = accounts.users_page(
        me().organization_id, q, sort, number, 100, department_id=chosen_id("department"),
        job_function_id=chosen_id("job_function"), state="enabled", among=accounts.seen_by(me(), "enroll", "Course"),
    )  # fmt: skip
    return render_template(
        "courses/enroll.html",
        course=course,
        list=page,
        departments=accounts.departments(me().organization_id),
        job_functions=accounts.job_functions(me().organization_id),
    )


@blueprint.post("/me")
@login_required
def enroll_self(course_id: int) -> Response:
    """Enroll oneself."""
    course = courses.find_course(course_id, me())
    courses.enroll_self(course, me())
    flash(_("You are enrolled. Have a good start."))
    return redirect(url_for("courses.show", id=course.id))


@blueprint.post("/<int:id>/unenroll")
@login_required
def unenroll(course_id: int, id: int) -> Response:
    """Take somebody out."""
    courses.unenroll(_enrollment(course_id, id), me())
    flash(_("This person is no longer enrolled."))
    return redirect(url_for("enrollments.index", course_id=course_id))


@blueprint.post("/<int:id>/attended/<int:subject_id>")
@login_required
def attended(course_id: int, id: int, subject_id: int) -> Response:
    """Confirm that somebody attended the event of a subject."""
    subject = find(Subject, subject_id, me().organization_id)
    results.confirm_attendance(_enrollment(course_id, id), subject, me())
    flash(_("Attendance is confirmed."))
    return redirect(url_for("enrollments.index", course_id=course_id))


def _enrollment(course_id: int, id: int) -> Enrollment:
    row = find(Enrollment, id, me().organization_id)
    if row.course_id != course_id:
        raise NotFound("There is no such enrollment in this course.")
    return row

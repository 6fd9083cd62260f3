"""Courses: the list, one course with its tabs, and making, changing, publishing, archiving, deleting it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import activities, courses, results
from lms.attrs import validated
from lms.courses import CourseAttrs
from lms.policy import authorize
from lms.views.access import fields, form_errors, list_arguments, login_required, me
from lms.views.forms.courses import CourseForm

blueprint = Blueprint("courses", __name__, url_prefix="/courses")


@blueprint.get("/")
@login_required
def index() -> str:
    """Courses the person may see."""
    q, sort, number, size = list_arguments("title")
    page = courses.courses_page(me(), q, sort, number, size, status=request.args.get("status", ""))
    return render_template("courses/index.html", list=page, counts=courses.counts([course.id for course in page.items]))


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new() -> str | Response:
    """A new course."""
    authorize(me(), "edit", "Course")
    form = CourseForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            course = courses.create_course(validated(CourseAttrs, fields(form)), me())
        if saved:
            flash(_("The course is there. Now add its subjects."))
            return redirect(url_for("courses.show", id=course.id))
    return render_template("courses/form.html", form=form, course=None)


@blueprint.get("/<int:id>")
@login_required
def show(id: int) -> str:
    """One course: its subjects, and for a learner how far they are."""
    course = courses.find_course(id, me())
    enrollment = courses.enrollment_of(me(), course)
    return render_template(
        "courses/show.html",
        course=course,
        subjects=courses.with_subjects(course),
        enrollment=enrollment,
        passed=results.passed_subjects(enrollment) if enrollment else set(),
        earlier=courses.earlier_rounds(course, [me().id]).get(me().id, []),
    )


@blueprint.get("/<int:id>/activity")
@login_required
def activity(id: int) -> str:
    """What was done in a course."""
    course = courses.find_course(id, me())
    authorize(me(), "edit", course)
    _q, _sort, number, size = list_arguments("")
    latest = activities.latest_id(me().organization_id)
    page = activities.activities_page(me(), number, size, course_id=course.id)
    return render_template("courses/activity.html", course=course, list=page, latest=latest)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(id: int) -> str | Response:
    """Change a course."""
    course = courses.find_course(id, me())
    authorize(me(), "edit", course)
    form = CourseForm(obj=course)
    if form.validate_on_submit():
        with form_errors(form) as saved:
            courses.update_course(course, validated(CourseAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("courses.show", id=course.id))
    return render_template("courses/form.html", form=form, course=course)


@blueprint.post("/<int:id>/publish")
@login_required
def publish(id: int) -> Response:
    """Open a draft."""
    courses.publish_course(courses.find_course(id, me()), me())
    flash(_("The course is published; those enrolled hear of it."))
    return redirect(url_for("courses.show", id=id))


@blueprint.post("/<int:id>/archive")
@login_required
def archive(id: int) -> Response:
    """Close a course."""
    courses.archive_course(courses.find_course(id, me()), me())
    flash(_("The course is archived. You can reopen it."))
    return redirect(url_for("courses.show", id=id))


@blueprint.post("/<int:id>/reopen")
@login_required
def reopen(id: int) -> Response:
    """Make an archived course a draft again."""
    courses.reopen_course(courses.find_course(id, me()), me())
    flash(_("The course is a draft again."))
    return redirect(url_for("courses.show", id=id))


@blueprint.post("/<int:id>/delete")
@login_required
def delete(id: int) -> Response:
    """Remove a course nobody is enrolled in."""
    courses.delete_course(courses.find_course(id, me()), me())
    flash(_("The course is deleted."))
    return redirect(url_for("courses.index"))

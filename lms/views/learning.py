"""What learners do: my courses, and working through a subject."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import courses, results
from lms.content import PACKAGE
from lms.courses import PUBLISHED, Enrollment, Subject
from lms.db import find
from lms.errors import Conflict, NotFound
from lms.policy import authorize
from lms.views.access import list_arguments, login_required, me

blueprint = Blueprint("learning", __name__, url_prefix="/learn")


@blueprint.get("/")
@login_required
def index() -> str:
    """My courses with progress, and those I may start."""
    q, _sort, number, size = list_arguments("")
    page = courses.my_enrollments(me(), q, number, size)
    return render_template(
        "learning/index.html",
        list=page,
        progress=results.progress([row.id for row in page.items]),
        counts=courses.counts([row.course_id for row in page.items]),
        open_courses=courses.open_courses(me(), q, size=50).items,
    )


@blueprint.get("/<int:enrollment_id>/subjects/<int:subject_id>")
@login_required
def subject(enrollment_id: int, subject_id: int) -> str | Response:
    """One subject: a page of its content, or when and where its event is."""
    enrollment, step = _step(enrollment_id, subject_id)
    if step.content and step.content.kind == PACKAGE:
        return redirect(url_for("packages.launch", enrollment_id=enrollment_id, subject_id=subject_id))
    pages = step.content.pages if step.content else []
    number = request.args.get("page", "1")
    position = min(max(1, int(number) if number.isdecimal() and len(number) < 6 else 1), max(1, len(pages)))
    return render_template(
        "learning/subject.html",
        enrollment=enrollment,
        subject=step,
        pages=pages,
        position=position,
        passed=results.passed_subjects(enrollment),
    )


@blueprint.post("/<int:enrollment_id>/subjects/<int:subject_id>/done")
@login_required
def done(enrollment_id: int, subject_id: int) -> Response:
    """The content is worked through: on to the next subject, or back to the course."""
    enrollment, step = _step(enrollment_id, subject_id)
    results.finish_content(enrollment, step, me())
    if enrollment.completed_at:
        flash(_("You have completed this course. Well done."))
        return redirect(url_for("courses.show", id=enrollment.course_id))
    passed = results.passed_subjects(enrollment)
    following = next((row for row in courses.with_subjects(enrollment.course) if row.id not in passed), None)
    flash(_("Done. On to the next subject."))
    if following is None:
        return redirect(url_for("courses.show", id=enrollment.course_id))
    return redirect(url_for("learning.subject", enrollment_id=enrollment.id, subject_id=following.id))


def _step(enrollment_id: int, subject_id: int) -> tuple[Enrollment, Subject]:
    enrollment = find(Enrollment, enrollment_id, me().organization_id)
    authorize(me(), "learn", enrollment)
    step = find(Subject, subject_id, me().organization_id)
    if step.course_id != enrollment.course_id:
        raise NotFound("There is no such subject, or it was deleted.")
    if enrollment.course.status != PUBLISHED:
        raise Conflict("This course is not open at the moment.")
    return enrollment, step

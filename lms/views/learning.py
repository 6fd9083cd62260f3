"""What learners do: my courses, and working through a subject."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import content, courses, learning, results
from lms.content import PACKAGE
from lms.courses import PUBLISHED, Enrollment, Subject
from lms.db import find
from lms.errors import Conflict, Invalid, NotFound
from lms.learning import Attempt, Standing
from lms.policy import authorize
from lms.views import playing
from lms.views.access import list_arguments, login_required, me
from lms.views.as_json import as_json, sent

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
    """One subject: its content in the player, or when and where its event is."""
    enrollment, step = _step(enrollment_id, subject_id)
    if step.content is None:
        return render_template("learning/subject.html", enrollment=enrollment, subject=step,
                               passed=results.passed_subjects(enrollment))  # fmt: skip
    if step.content.kind == PACKAGE:
        return redirect(url_for("packages.launch", enrollment_id=enrollment.id, subject_id=step.id))
    state = learning.standing(enrollment, step)
    if state.under_way is None and content.has_questions(state.version):
        return _between_attempts(enrollment, step, state)
    attempt = state.under_way or state.last or learning.start(enrollment, step, me())
    return playing.player(enrollment, step, attempt)


def _between_attempts(enrollment: Enrollment, step: Subject, state: Standing) -> str:
    shown = playing.review(state.last) if state.last else None
    return render_template(
        "player/between.html", enrollment=enrollment, subject=step, state=state, review=shown,
        questions=content.number_of_questions(state.version), following=_following(enrollment, step),
    )  # fmt: skip


@blueprint.post("/<int:enrollment_id>/subjects/<int:subject_id>/start")
@login_required
def start(enrollment_id: int, subject_id: int) -> Response:
    """Begin an attempt."""
    enrollment, step = _step(enrollment_id, subject_id)
    if step.content_id is not None:
        learning.start(enrollment, step, me())
    return redirect(url_for("learning.subject", enrollment_id=enrollment.id, subject_id=step.id))


@blueprint.post("/<int:enrollment_id>/subjects/<int:subject_id>/done")
@login_required
def done(enrollment_id: int, subject_id: int) -> Response:
    """The content is worked through: what came of the quiz, or on to the next subject, or back to the course."""
    enrollment, step = _step(enrollment_id, subject_id)
    if step.content is None:
        raise Conflict("Your instructor confirms that you attended this event.")
    here = redirect(url_for("learning.subject", enrollment_id=enrollment.id, subject_id=step.id))
    if step.content.kind == PACKAGE:
        return here
    state = learning.standing(enrollment, step)
    is_quiz = content.has_questions(state.under_way.version if state.under_way else state.version)
    if state.under_way or not is_quiz:
        learning.finish(state.under_way or state.last or learning.start(enrollment, step, me()), me())
    if is_quiz:
        return here
    if enrollment.completed_at:
        flash(_("You have completed this course. Well done."))
        return redirect(url_for("courses.show", id=enrollment.course_id))
    flash(_("Done. On to the next subject."))
    following = _following(enrollment, step)
    if following is None:
        return redirect(url_for("courses.show", id=enrollment.course_id))
    return redirect(url_for("learning.subject", enrollment_id=enrollment.id, subject_id=following.id))


def _following(enrollment: Enrollment, step: Subject) -> Subject | None:
    """The first subject that is not passed, other than this one."""
    passed = results.passed_subjects(enrollment) | {step.id}
    return next((row for row in courses.with_subjects(enrollment.course) if row.id not in passed), None)


@blueprint.post("/attempts/<int:attempt_id>/answers")
@login_required
@as_json
def answer(attempt_id: int) -> dict[str, Any]:
    """Keep one answer; says what is known of it by now, as data and as the question looks then."""
    attempt, data = _attempt(attempt_id), sent()
    key, client_id = data.get("key"), data.get("client_id")
    if not isinstance(key, str) or not isinstance(client_id, str) or not 0 < len(client_id) <= 40:
        raise Invalid("body", "This cannot be read. Reload the page and try again.")
    answered = learning.answer(attempt, key, data.get("answer"), client_id, me())
    return {"key": key, "saved": True, **playing.told(answered)}


@blueprint.post("/attempts/<int:attempt_id>/place")
@login_required
@as_json
def place(attempt_id: int) -> dict[str, Any]:
    """Remember where the learner is, and the time they took."""
    attempt, data = _attempt(attempt_id), sent()
    page, seconds = data.get("page"), data.get("seconds")
    if not (isinstance(page, int) and isinstance(seconds, int)):
        raise Invalid("body", "This cannot be read. Reload the page and try again.")
    learning.keep_place(attempt, page, seconds, me())
    return {"saved": True}


def _attempt(id: int) -> Attempt:
    attempt = find(Attempt, id, me().organization_id)
    authorize(me(), "learn", attempt)
    return attempt


def _step(enrollment_id: int, subject_id: int) -> tuple[Enrollment, Subject]:
    enrollment = find(Enrollment, enrollment_id, me().organization_id)
    authorize(me(), "learn", enrollment)
    step = find(Subject, subject_id, me().organization_id)
    if step.course_id != enrollment.course_id:
        raise NotFound("There is no such subject, or it was deleted.")
    if enrollment.course.status != PUBLISHED:
        raise Conflict("This course is not open at the moment.")
    return enrollment, step

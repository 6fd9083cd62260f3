"""The subjects of a course: adding, changing, ordering, removing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from lms import classroom, content, courses
from lms.attrs import validated
from lms.courses import Course, Subject, SubjectAttrs
from lms.db import find
from lms.errors import Invalid, NotFound
from lms.policy import authorize
from lms.views.access import fields, form_errors, login_required, me
from lms.views.forms.classroom import EventForm, event_attrs, first_session, offer_places
from lms.views.forms.courses import SubjectForm

blueprint = Blueprint("subjects", __name__, url_prefix="/courses/<int:course_id>/subjects")


@blueprint.route("/new", methods=["GET", "POST"])
@login_required
def new(course_id: int) -> str | Response:
    """Add a content or an event there is."""
    course = _course(course_id)
    form = _offer(SubjectForm())
    if form.validate_on_submit():
        with form_errors(form) as saved:
            courses.add_subject(course, validated(SubjectAttrs, fields(form)), me())
        if saved:
            flash(_("The subject is added."))
            return redirect(url_for("courses.show", id=course.id))
    return render_template("courses/subject.html", form=form, course=course, subject=None)


@blueprint.route("/new-event", methods=["GET", "POST"])
@login_required
def new_event(course_id: int) -> str | Response:
    """Plan a new event and add it in one go."""
    course = _course(course_id)
    form = offer_places(EventForm())
    if form.validate_on_submit():
        with form_errors(form) as saved:
            courses.create_event_as_subject(course, event_attrs(form), me(), first_session(form))
        if saved:
            flash(_("The event is planned and added."))
            return redirect(url_for("courses.show", id=course.id))
    return render_template("courses/subject_event.html", form=form, course=course)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@login_required
def edit(course_id: int, id: int) -> str | Response:
    """Change a subject."""
    subject = _subject(course_id, id)
    form = _offer(SubjectForm(obj=subject))
    if form.validate_on_submit():
        with form_errors(form) as saved:
            courses.update_subject(subject, validated(SubjectAttrs, fields(form)), me())
        if saved:
            flash(_("Saved."))
            return redirect(url_for("courses.show", id=course_id))
    return render_template("courses/subject.html", form=form, course=_course(course_id), subject=subject)


@blueprint.post("/order")
@login_required
def order(course_id: int) -> Response:
    """Put the subjects in another order: all ids, or one to move by one place."""
    course = _course(course_id)
    ids = [subject.id for subject in courses.with_subjects(course)]
    if move := request.form.get("move", ""):
        id, _sep, by = move.partition(":")
        position = ids.index(int(id)) if id.isdecimal() and int(id) in ids else -1
        other = position + (1 if by == "down" else -1)
        if position >= 0 and 0 <= other < len(ids):
            ids[position], ids[other] = ids[other], ids[position]
    else:
        ids = numbers(request.form.get("order", ""))
    courses.order_subjects(course, ids, me())
    return redirect(url_for("courses.show", id=course.id))


def numbers(text: str) -> list[int]:
    """Ids separated by commas; raises Invalid for anything else."""
    parts = text.split(",")
    if not all(part.isdecimal() and len(part) < 19 for part in parts):
        raise Invalid("order", _("The order did not come through. Reload the page and try again."))
    return [int(part) for part in parts]


@blueprint.post("/<int:id>/delete")
@login_required
def delete(course_id: int, id: int) -> Response:
    """Take a subject out."""
    courses.delete_subject(_subject(course_id, id), me())
    flash(_("The subject is taken out. Its content or event is still there."))
    return redirect(url_for("courses.show", id=course_id))


def _course(id: int) -> Course:
    course = courses.find_course(id, me())
    authorize(me(), "edit", course)
    return course


def _subject(course_id: int, id: int) -> Subject:
    subject = find(Subject, id, me().organization_id)
    if subject.course_id != _course(course_id).id:
        raise NotFound("There is no such subject in this course.")
    return subject


def _offer(form: SubjectForm) -> SubjectForm:
    organization_id = me().organization_id
    contents = content.contents_page(organization_id, size=100).items
    events = classroom.events_page(organization_id, size=100, when="upcoming").items
    form.content_id.offer([(row.id, row.title) for row in contents], _("No content"))
    form.event_id.offer([(row.id, row.title) for row in events], _("No event"))
    return form

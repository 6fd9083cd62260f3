"""Packages in the LMS: uploading, looking at what was reported, and the page around the one that is played."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

from lms import packages, tracking
from lms.content import PACKAGE, Content
from lms.courses import Enrollment, Subject
from lms.db import find
from lms.errors import NotFound
from lms.packages import AU, PackageUnit
from lms.policy import authorize
from lms.tracking import PackageAttempt, UnitAttempt
from lms.views.access import chosen_id, form_errors, list_arguments, login_required, me
from lms.views.forms.packages import PackageForm
from lms.views.origins import packages_origin
from lms.views.stage import SANDBOX, is_elsewhere, unit_address

blueprint = Blueprint("packages", __name__)

FRAME_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-src {packages}; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
HERE = "/learn/<int:enrollment_id>/subjects/<int:subject_id>/package"


@blueprint.route("/contents/packages/new", methods=["GET", "POST"])
@login_required
def upload() -> str | Answer | tuple[str, int]:
    """A new content made of a package, or with `into` a new version of one."""
    authorize(me(), "edit", "Content")
    row = find(Content, chosen_id("into") or 0, me().organization_id) if request.args.get("into") else None
    form = PackageForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            package = packages.import_package(form.file.data.stream, me(), title=form.title.data or "", into=row)
        if saved:
            flash(_("The package is there. Add it to a course as a subject."))
            return redirect(url_for("packages.show", id=package.content_id))
    page = render_template("packages/upload.html", form=form, content=row, playable=bool(packages_origin()))
    return (page, 422) if form.errors else page


@blueprint.get("/contents/<int:id>/package")
@login_required
def show(id: int) -> str:
    """A package: what it is, its table of contents, its versions."""
    row = _content(id)
    every = packages.versions(row)
    return render_template(
        "packages/show.html", content=row, package=every[0], versions=every, units=packages.units_of(every[0]),
        attempts=tracking.number_of_attempts([row.id]).get(row.id, 0), playable=bool(packages_origin()),
    )  # fmt: skip


@blueprint.post("/contents/<int:id>/package/delete")
@login_required
def delete(id: int) -> Answer:
    """Remove a package no course uses, with its files."""
    packages.delete_package(_content(id), me())
    flash(_("The content is deleted."))
    return redirect(url_for("contents.index"))


@blueprint.get("/contents/<int:id>/package/attempts")
@login_required
def attempts(id: int) -> str:
    """Who played it, and what it came to."""
    row = _content(id)
    page = tracking.attempts_page(me(), row.id, *list_arguments("-begun"), state=request.args.get("state", ""))
    return render_template("packages/attempts.html", content=row, list=page)


@blueprint.get("/contents/<int:id>/package/attempts/<int:attempt_id>")
@login_required
def attempt(id: int, attempt_id: int) -> str:
    """Everything a package reported in one attempt, for support."""
    row = _content(id)
    found = tracking.find_attempt(attempt_id, me())
    if found.package.content_id != row.id:
        raise NotFound("There is no such page, or it was deleted.")
    return render_template(
        "packages/attempt.html", content=row, attempt=found, units=tracking.contents_of(found),
        statements=tracking.latest_statements(found),
    )  # fmt: skip


@blueprint.get(HERE)
@login_required
def launch(enrollment_id: int, subject_id: int) -> Response | str:
    """The page around a package: its table of contents, and the unit in a frame of another origin."""
    enrollment, subject, current = _current(enrollment_id, subject_id)
    units = tracking.contents_of(current)
    origin, unit = packages_origin(), chosen(units, request.args.get("unit", ""))
    shown, own_window, begun = "", False, None
    if unit is not None and origin:
        begun, token = tracking.launch(
            current, unit.id, me(), lambda token: f"{origin}{url_for('playing.left', token=token)}"
        )
        own_window = unit.kind == AU and (
            unit.details.get("launch_method") == "OwnWindow" or is_elsewhere(unit.href or "")
        )
        shown = (
            unit_address(begun, token, origin) if unit.kind == AU else origin + url_for("stage.player", token=token)
        )
        units = tracking.contents_of(current)
    page = make_response(
        render_template(
            "packages/player.html", enrollment=enrollment, subject=subject, attempt=current, units=units, unit=unit,
            origin=origin, shown=shown, own_window=own_window, sandbox=SANDBOX, following=following(units, unit),
        )
    )  # fmt: skip
    page.headers["Content-Security-Policy"] = FRAME_POLICY.format(packages=origin or "'none'")
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get(f"{HERE}/contents")
@login_required
def contents(enrollment_id: int, subject_id: int) -> str:
    """The table of contents as it stands, for the page around the package."""
    enrollment, subject, current = _current(enrollment_id, subject_id)
    units = tracking.contents_of(current)
    unit = chosen(units, request.args.get("unit", "none"))
    return render_template(
        "packages/contents.html", enrollment=enrollment, subject=subject, attempt=current, units=units, unit=unit,
        following=following(units, unit),
    )  # fmt: skip


@blueprint.post(f"{HERE}/again")
@login_required
def again(enrollment_id: int, subject_id: int) -> Answer:
    """Another attempt, from the beginning."""
    enrollment, subject = _step(enrollment_id, subject_id)
    tracking.current_attempt(enrollment, subject, me(), anew=True)
    return redirect(url_for("packages.launch", enrollment_id=enrollment_id, subject_id=subject_id))


@blueprint.post(f"{HERE}/units/<int:unit_id>/done")
@login_required
def done(enrollment_id: int, subject_id: int, unit_id: int) -> Answer:
    """The learner says that a unit, which does not report, is worked through."""
    _enrollment, _subject, current = _current(enrollment_id, subject_id)
    tracking.mark_done(current, unit_id, me())
    unit = "none" if current.finished_at else None
    return redirect(url_for("packages.launch", enrollment_id=enrollment_id, subject_id=subject_id, unit=unit))


def chosen(units: list[tuple[PackageUnit, UnitAttempt | None]], wanted: str) -> PackageUnit | None:
    """The unit asked for by id; without one, the first that is not done, or the first. None for `none`."""
    every = [(unit, state) for unit, state in units if unit.can_be_launched]
    if wanted == "none" or not every:
        return None
    if wanted:
        return next((unit for unit, _state in every if str(unit.id) == wanted), None)
    visible = [(unit, state) for unit, state in every if unit.visible] or every
    return next((unit for unit, state in visible if state is None or not state.done), visible[0][0])


def following(units: list[tuple[PackageUnit, UnitAttempt | None]], unit: PackageUnit | None) -> PackageUnit | None:
    """The unit after this one."""
    return next(
        (
            one for one, _state in units
            if one.can_be_launched and one.visible and unit is not None and one.position > unit.position
        ),
        None,
    )  # fmt: skip


def _step(enrollment_id: int, subject_id: int) -> tuple[Enrollment, Subject]:
    enrollment = find(Enrollment, enrollment_id, me().organization_id)
    authorize(me(), "learn", enrollment)
    subject = find(Subject, subject_id, me().organization_id)
    if subject.course_id != enrollment.course_id or subject.content is None or subject.content.kind != PACKAGE:
        raise NotFound("There is no such subject in this course.")
    return enrollment, subject


def _current(enrollment_id: int, subject_id: int) -> tuple[Enrollment, Subject, PackageAttempt]:
    enrollment, subject = _step(enrollment_id, subject_id)
    return enrollment, subject, tracking.current_attempt(enrollment, subject, me())


def _content(id: int) -> Content:
    row = find(Content, id, me().organization_id)
    authorize(me(), "edit", row)
    if row.kind != PACKAGE:
        raise NotFound("There is no such package, or it was deleted.")
    return row

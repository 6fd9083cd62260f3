"""OneRoster: a zip of people, courses and results, out and in."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response as Redirect

from lms.transfer import KINDS, oneroster
from lms.transfer.oneroster import ORDER
from lms.views.access import form_errors, list_arguments, me, role_required
from lms.views.forms.oneroster import RosterForm

blueprint = Blueprint("oneroster", __name__, url_prefix="/exchange/oneroster")


@blueprint.route("/", methods=["GET", "POST"])
@role_required("edit", "Import")
def index() -> str | Redirect:
    """Zips that came in, and sending one."""
    form = RosterForm()
    if form.validate_on_submit():
        file, row = form.file.data, None
        with form_errors(form) as saved:
            row = oneroster.upload_roster(
                file.filename or "", _pieces(file), form.pass_mark.data or 60, me(), current_app.config["IMPORT_LIMIT"]
            )
        if saved and row is not None:
            return redirect(url_for("oneroster.show", id=row.id))
    _q, _sort, number, size = list_arguments("")
    return render_template("oneroster/index.html", form=form, list=oneroster.rosters_page(me(), number, size))


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.stream.read(64 * 1024):
        yield piece


@blueprint.post("/export")
@role_required("edit", "Export")
def export() -> Redirect:
    """Have a zip made."""
    oneroster.create_roster_export(me())
    flash(_("The file is being made. You get a note and a mail when it is ready."))
    return redirect(url_for("exports.index"))


@blueprint.get("/<int:id>")
@role_required("view", "Import")
def show(id: int) -> str:
    """One zip, whatever state it is in."""
    row = oneroster.find_roster(id, me())
    return render_template(
        "oneroster/show.html", job=row, jobs=oneroster.imports_of(row), kinds=KINDS, order=ORDER,
    )  # fmt: skip


@blueprint.get("/<int:id>/progress")
@role_required("view", "Import")
def progress(id: int) -> Response:
    """How far it is, asked for again and again; once it is over, the page is loaded anew."""
    row = oneroster.find_roster(id, me())
    response = Response(
        render_template("oneroster/progress.html", job=row, jobs=oneroster.imports_of(row), kinds=KINDS, order=ORDER)
    )
    if not row.is_at_work:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/<int:id>/start")
@role_required("edit", "Import")
def start(id: int) -> Redirect:
    """Carry it out."""
    oneroster.start_roster(oneroster.find_roster(id, me()), me())
    return redirect(url_for("oneroster.show", id=id))

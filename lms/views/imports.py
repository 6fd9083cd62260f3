"""Imports: a file in, its columns, what would become of it, and how far it is."""

from collections.abc import Iterator
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from werkzeug import Response as Redirect

from lms import transfer
from lms.errors import Invalid
from lms.transfer import KINDS, OUTCOMES, Import
from lms.views.access import form_errors, list_arguments, me, role_required
from lms.views.forms.exchange import UploadForm

blueprint = Blueprint("imports", __name__, url_prefix="/exchange/imports")


def _job(id: int) -> Import:
    return transfer.find_import(id, me())


@blueprint.get("/")
@role_required("view", "Import")
def index() -> str:
    """Imports, newest first."""
    q, _sort, number, size = list_arguments("")
    page = transfer.imports_page(me(), q, number, size, kind=request.args.get("kind", ""))
    return render_template("imports/index.html", list=page, kinds=KINDS)


@blueprint.route("/new", methods=["GET", "POST"])
@role_required("edit", "Import")
def new() -> str | Redirect:
    """Send a file."""
    form = UploadForm()
    if form.validate_on_submit():
        file, job = form.file.data, None
        with form_errors(form) as saved:
            limit = current_app.config["IMPORT_LIMIT"]
            job = transfer.upload(form.kind.data, file.filename or "", _pieces(file), me(), limit)
        if saved and job is not None:
            return redirect(url_for("imports.show", id=job.id))
    return render_template("imports/form.html", form=form, kinds=KINDS)


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.stream.read(64 * 1024):
        yield piece


@blueprint.get("/<int:id>")
@role_required("view", "Import")
def show(id: int) -> str:
    """One import, whatever state it is in."""
    return _show(_job(id))


def _show(job: Import, problem: str = "", chosen: dict[str, str] | None = None) -> str:
    _q, _sort, number, size = list_arguments("")
    outcome = request.args.get("outcome", "")
    page = transfer.rows_page(job, number, size, outcome=outcome if outcome in OUTCOMES else "")
    return render_template(
        "imports/show.html", job=job, kind=KINDS[job.kind], list=page, outcomes=OUTCOMES, problem=problem,
        chosen=job.columns if chosen is None else chosen, problems_only=job.refused,
    )  # fmt: skip


@blueprint.get("/<int:id>/progress")
@role_required("view", "Import")
def progress(id: int) -> Response:
    """The bar, asked for again and again; once it is over, the page is loaded anew."""
    job = _job(id)
    response = Response(render_template("imports/progress.html", job=job))
    if not job.is_at_work:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/<int:id>/check")
@role_required("edit", "Import")
def check(id: int) -> str | Redirect | tuple[str, int]:
    """Match the columns, or take another sheet, and have it checked."""
    job = _job(id)
    chosen = {heading: request.form.get(f"column-{place}", "") for place, heading in enumerate(job.headings)}
    try:
        sheet = request.form.get("sheet", job.sheet)
        if sheet != job.sheet:
            transfer.choose_sheet(job, sheet, me())
        else:
            transfer.check(job, {heading: name for heading, name in chosen.items() if name}, me())
    except Invalid as error:
        return _show(job, _(error.message), chosen), 422
    return redirect(url_for("imports.show", id=id))


@blueprint.post("/<int:id>/start")
@role_required("edit", "Import")
def start(id: int) -> Redirect:
    """Carry it out."""
    transfer.start(_job(id), me(), tell=request.form.get("tell") == "yes")
    return redirect(url_for("imports.show", id=id))


@blueprint.post("/<int:id>/<any(stop, resume, undo):act>")
@role_required("edit", "Import")
def act(id: int, act: str) -> Redirect:
    """Stop it, go on with it, take it back."""
    {"stop": transfer.stop, "resume": transfer.resume, "undo": transfer.undo}[act](_job(id), me())
    return redirect(url_for("imports.show", id=id))


@blueprint.post("/<int:id>/remove")
@role_required("edit", "Import")
def remove(id: int) -> Redirect:
    """Forget a file that was never carried out."""
    transfer.remove(_job(id), me())
    flash(_("The file is removed."))
    return redirect(url_for("imports.index"))


@blueprint.get("/<int:id>/faulty.csv")
@role_required("view", "Import")
def faulty(id: int) -> Response:
    """The refused rows with the reason, to correct and import again."""
    job = _job(id)
    headers = {"Content-Disposition": f"attachment; filename=faulty-rows-{job.id}.csv"}
    return Response(stream_with_context(transfer.faulty(job)), mimetype="text/csv", headers=headers)

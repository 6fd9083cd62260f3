"""Exports: a file at once, a file made by a worker, and the same every day or week."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    send_file,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from werkzeug import Response as Redirect

from lms import transfer
from lms.attrs import validated
from lms.resources import RESOURCES
from lms.transfer import FORMATS, ExportAttrs, ScheduleAttrs
from lms.views.access import fields, form_errors, list_arguments, me, role_required
from lms.views.forms.exchange import RESOURCE_LABELS, ExportForm, ScheduleForm

blueprint = Blueprint("exports", __name__, url_prefix="/exchange/exports")


@blueprint.route("/", methods=["GET", "POST"])
@role_required("view", "Export")
def index() -> str | Redirect:
    """What was exported, and asking for more."""
    form = ExportForm()
    if form.validate_on_submit():
        with form_errors(form) as saved:
            transfer.create_export(validated(ExportAttrs, fields(form)), me())
        if saved:
            flash(_("The file is being made. You get a note and a mail when it is ready."))
            return redirect(url_for("exports.index"))
    _q, _sort, number, size = list_arguments("")
    return render_template(
        "exports/index.html", form=form, list=transfer.exports_page(me(), number, size),
        schedules=transfer.schedules(me()), labels=RESOURCE_LABELS,
    )  # fmt: skip


@blueprint.route("/schedules/new", methods=["GET", "POST"])
@role_required("edit", "Export")
def schedule() -> str | Redirect:
    """The same again, every day or week."""
    form = ScheduleForm().offer(current_app.config["EXPORT_S3_BUCKETS"])
    if form.validate_on_submit():
        with form_errors(form) as saved:
            transfer.create_schedule(validated(ScheduleAttrs, form.values()), me(), current_app.config)
        if saved:
            flash(_("From now on this file is made by itself."))
            return redirect(url_for("exports.index"))
    return render_template("exports/schedule.html", form=form)


@blueprint.post("/schedules/<int:id>/delete")
@role_required("edit", "Export")
def unschedule(id: int) -> Redirect:
    """No more of these."""
    transfer.delete_schedule(id, me())
    flash(_("This file is no longer made by itself."))
    return redirect(url_for("exports.index"))


@blueprint.post("/<int:id>/send")
@role_required("edit", "Export")
def send(id: int) -> Redirect:
    """Try once more to put a file where it goes."""
    transfer.send_again(transfer.find_export(id, me()), me())
    flash(_("The file is being sent again."))
    return redirect(url_for("exports.index"))


@blueprint.get("/<int:id>/file")
@role_required("view", "Export")
def file(id: int) -> Response:
    """A file that was made."""
    export = transfer.find_export(id, me())
    path = transfer.file_of(export, me())
    return send_file(path, FORMATS[export.format], as_attachment=True, download_name=export.title)


@blueprint.get("/now/<kind>.<any(csv, jsonl):format>")
@role_required("view", "Export")
def now(kind: str, format: str) -> Response:
    """A file at once, streamed while it is read."""
    if kind not in RESOURCES:
        abort(404)
    resource = transfer.exported(kind, me())
    headers = {"Content-Disposition": f"attachment; filename={kind}.{format}"}
    pieces = stream_with_context(transfer.stream(resource, format, me()))
    return Response(pieces, mimetype=FORMATS[format].partition(";")[0], headers=headers)

"""Questions out of files and into files."""

import re
from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as BaseResponse

from lms import questions
from lms.errors import Invalid, NotFound
from lms.questions.formats import FORMATS, LARGEST_FILE, Line
from lms.views.access import form_errors, login_required, me
from lms.views.forms.questions import FORMAT_NAMES, KINDS, ImportForm

blueprint = Blueprint("bank_files", __name__, url_prefix="/banks/<int:bank_id>")

SHOWN = 50
"""Questions of a file that are shown before they are taken over."""


@blueprint.route("/import", methods=["GET", "POST"])
@login_required
def upload(bank_id: int) -> str | BaseResponse:
    """Choose a file."""
    bank, form = questions.find_bank(bank_id, me()), ImportForm()
    if form.validate_on_submit():
        with form_errors(form) as read:
            file = form.file.data
            if not file:
                raise Invalid("file", _("Choose a file."))
            data = file.stream.read(LARGEST_FILE + 1)
            row = questions.check_file(bank, file.filename or "", data, form.format.data or "", me())
        if read:
            return redirect(url_for("bank_files.check", bank_id=bank.id, id=row.id))
    return render_template("questions/import.html", bank=bank, form=form)


@blueprint.get("/import/<int:id>")
@login_required
def check(bank_id: int, id: int) -> str:
    """What a file holds, and what of it cannot be taken over."""
    bank = questions.find_bank(bank_id, me())
    row = questions.find_import(id, bank, me())
    return render_template(
        "questions/import_check.html",
        bank=bank,
        row=row,
        items=questions.items_of(row, SHOWN),
        lines=_told(questions.report_of(row)),
        kinds=KINDS,
        formats=FORMAT_NAMES,
    )


@blueprint.post("/import/<int:id>")
@login_required
def take_over(bank_id: int, id: int) -> BaseResponse:
    """Add the questions to the bank."""
    bank = questions.find_bank(bank_id, me())
    number = questions.take_over(questions.find_import(id, bank, me()), me())
    flash(ngettext("%(num)s question is added to the bank.", "%(num)s questions are added to the bank.", number))
    return redirect(url_for("banks.show", id=bank.id))


@blueprint.get("/export/<format>")
@login_required
def export(bank_id: int, format: str) -> str | Response:
    """What the format cannot hold, if there is any such thing; else the file."""
    bank = questions.find_bank(bank_id, me())
    _known(format)
    data, report = questions.export_bank(bank, format, me())
    if not report.lines:
        return _file(data, bank.title, format)
    return render_template(
        "questions/export.html", bank=bank, format=format, lines=_told(report.lines), formats=FORMAT_NAMES
    )


@blueprint.get("/export/<format>/file")
@login_required
def export_file(bank_id: int, format: str) -> Response:
    """The file itself."""
    bank = questions.find_bank(bank_id, me())
    _known(format)
    data, _report = questions.export_bank(bank, format, me())
    return _file(data, bank.title, format)


def _told(lines: Sequence[Line]) -> list[Line]:
    """In the reader's language."""
    return [replace(line, where=_place(line.where), why=_(line.why)) for line in lines]


def _place(where: str) -> str:
    """`line 3` and `question 3`; the path of a file stays what it is."""
    word, _space, number = where.partition(" ")
    if word == "line" and number.isdecimal():
        return str(_("line %(number)s", number=number))
    if word == "question" and number.isdecimal():
        return str(_("question %(number)s", number=number))
    return where


def _known(format: str) -> None:
    if format not in FORMATS:
        raise NotFound("There is no such format. Go back and choose one from the list.")


def _file(data: bytes, title: str, format: str) -> Response:
    ending, kind = FORMATS[format]
    name = re.sub(r"[^\w-]+", "-", title.encode("ascii", "ignore").decode()).strip("-").lower() or "questions"
    response = make_response(data)
    response.headers["Content-Type"] = kind if ending == "zip" else f"{kind}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response

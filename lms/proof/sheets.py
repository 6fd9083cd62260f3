"""The report as CSV and XLSX. What people typed never becomes a formula in somebody's spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from lms.proof import wording
from lms.proof.report import Criteria, Line, figures, lines

MOST_IN_XLSX = 200_000
"""Lines; XLSX itself ends at 1,048,576 rows, and a workbook is made in one piece."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def heads() -> list[str]:
    """What the columns are called."""
    return [
        _("Name"), _("Email address"), _("Department"), _("Job function"), _("Qualification"), _("Status"),
        _("Valid until"), _("Due"), _("Reason and evidence"),
    ]  # fmt: skip


def safe(text: str) -> str:
    """Text that a spreadsheet takes as text: with an apostrophe before what could begin a formula (OWASP)."""
    text = "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


def as_csv(asked: Criteria) -> Iterator[str]:
    """The lines of a CSV file, in pieces, so that a report of any size can be sent as it is read.

    With the mark of UTF-8 at its beginning, which spreadsheets need to read names right.
    """
    kept = io.StringIO()
    writer = csv.writer(kept)
    kept.write("\ufeff")
    writer.writerow(heads())
    states = wording.state_words()
    for number, line in enumerate(lines(asked)):
        writer.writerow([safe(cell) for cell in _cells(line, states)])
        if number % 500 == 499:
            yield _taken(kept)
    yield _taken(kept)


def _taken(kept: io.StringIO) -> str:
    text = kept.getvalue()
    kept.seek(0)
    kept.truncate()
    return text


def as_xlsx(asked: Criteria) -> bytes:
    """A workbook: the criteria and figures on one sheet, the lines on another. Days are days there."""
    book = Workbook(write_only=True)
    summary = book.create_sheet(_("Summary"))
    summary.column_dimensions["A"].width = summary.column_dimensions["B"].width = 32
    for name, value in asked.words():
        summary.append([_bold(summary, name), safe(value)])
    summary.append([])
    states = wording.state_words()
    total, each = figures(asked)
    summary.append([_bold(summary, name) for name in (_("Qualification"), _("In order"), *states.values())])
    for row in (*each, total):
        percent = row.percent / 100 if row.percent is not None else ""
        summary.append([safe(row.name or _("Together")), percent, *(row.counts.get(state, 0) for state in states)])
    sheet = book.create_sheet(_("People"))
    for letter, width in zip("ABCDEFGHI", (24, 30, 20, 20, 28, 14, 12, 12, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, name) for name in heads()])
    for line in lines(asked):
        cells: list[str | date] = [safe(cell) for cell in _cells(line, states)]
        cells[6], cells[7] = line.valid_until or "", line.due_on or ""
        sheet.append(cells)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _bold(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, safe(text))
    cell.font = Font(bold=True)
    return cell


def _cells(line: Line, states: dict[str, str]) -> Sequence[str]:
    return (
        line.person, line.email, line.department, line.job_function, line.qualification, states[line.state],
        line.valid_until.isoformat() if line.valid_until else "", line.due_on.isoformat() if line.due_on else "",
        line.reason,
    )  # fmt: skip

"""The report as a PDF for an inspector: scope, day, criteria and figures first, then every line with its evidence."""

from datetime import date

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from lms.certificates.pdf import prepared
from lms.proof import wording
from lms.proof.report import Criteria, figures, lines

INK, SOFT, LINE, HEAD = (26, 29, 36), (90, 98, 112), (210, 214, 220), (238, 240, 243)
COLOURS = {"expired": (179, 38, 30), "missing": (179, 38, 30), "in_grace": (138, 83, 0), "expiring": (138, 83, 0)}
HEADS = FontFace(emphasis="BOLD", color=INK, fill_color=HEAD)
MARGIN = 15


class _Report(FPDF):
    """Pages with a number and the criteria in short at the bottom."""

    foot = ""

    def footer(self) -> None:
        """Which page of how many, of which report."""
        self.set_y(-13)
        self.set_font("sans", "", 7.5)
        self.set_text_color(*SOFT)
        self.cell(0, 5, self.foot, align="L")
        self.set_x(-60)
        self.cell(0, 5, _("Page %(number)s of %(all)s", number=self.page_no(), all="{nb}"), align="R")


def as_pdf(asked: Criteria) -> bytes:
    """The document, in the reader's language."""
    title = _("Compliance on %(day)s", day=format_date(asked.on, "long"))
    pdf = prepared(_Report("landscape", "mm", "A4"), title, asked.organization.name, str(get_locale()))
    pdf.foot = f"{asked.organization.name} · {title}"
    pdf.set_creation_date(asked.made_at)
    pdf.set_margins(MARGIN, 14, MARGIN)
    pdf.set_auto_page_break(True, 17)
    pdf.add_page()
    _front(pdf, asked, title)
    _lines(pdf, asked)
    return bytes(pdf.output())


def _front(pdf: FPDF, asked: Criteria, title: str) -> None:
    pdf.set_text_color(*INK)
    pdf.set_font("sans", "B", 18)
    pdf.cell(0, 10, title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)
    for name, value in asked.words():
        pdf.set_font("sans", "", 9.5)
        pdf.set_text_color(*SOFT)
        pdf.cell(38, 5.6, name)
        pdf.set_font("sans", "B", 9.5)
        pdf.set_text_color(*INK)
        pdf.cell(0, 5.6, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(4)
    _heading(pdf, _("Figures"))
    states = wording.state_words()
    total, each = figures(asked)
    _prepare(pdf)
    with pdf.table(
        col_widths=(70, 20, *[24] * len(states)), text_align=("LEFT", *["RIGHT"] * (len(states) + 1)),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES, headings_style=HEADS,
        line_height=5.4, padding=1,
    ) as table:  # fmt: skip
        table.row((_("Qualification"), _("In order"), *states.values()))
        for row in (*each, total):
            percent = f"{row.percent}%" if row.percent is not None else "–"
            cells = (row.name or _("Together"), percent, *(str(row.counts.get(state, 0)) for state in states))
            table.row(cells, style=None if row.name else FontFace(emphasis="BOLD"))
    pdf.set_font("sans", "", 8)
    pdf.set_text_color(*SOFT)
    pdf.ln(2)
    pdf.multi_cell(
        0, 4.4, _("In order: compliant, expiring or in grace, of what is required of people who are not exempt. "
                  "Names, departments and job functions are those of today.")
    )  # fmt: skip


def _lines(pdf: FPDF, asked: Criteria) -> None:
    pdf.ln(4)
    _heading(pdf, _("People, reasons and evidence"))
    _prepare(pdf)
    states = wording.state_words()
    with pdf.table(
        col_widths=(42, 38, 46, 24, 25, 92), text_align="LEFT", borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=HEADS, line_height=4.4, padding=1, repeat_headings=1,
    ) as table:  # fmt: skip
        table.row(
            (_("Name"), _("Department"), _("Qualification"), _("Status"), _("Valid until"), _("Reason and evidence"))
        )
        for line in lines(asked):
            row = table.row()
            row.cell(line.person)
            row.cell("\n".join(part for part in (line.department, line.job_function) if part))
            row.cell(line.qualification)
            row.cell(states[line.state], style=FontFace(emphasis="BOLD", color=COLOURS.get(line.state, INK)))
            row.cell(_day(line.valid_until))
            row.cell(line.reason)


def _heading(pdf: FPDF, text: str) -> None:
    pdf.set_font("sans", "B", 12)
    pdf.set_text_color(*INK)
    pdf.cell(0, 8, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _prepare(pdf: FPDF) -> None:
    pdf.set_font("sans", "", 8)
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.2)


def _day(day: date | None) -> str:
    return format_date(day, "medium") if day else ""

"""A certificate on paper: one landscape A4 page with the organization's design, a number and a QR code."""

import io
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pypdfium2
import segno
from flask_babel import force_locale, format_date, gettext
from fpdf import FPDF

from lms.accounts import Organization
from lms.certificates.facts import Facts
from lms.certificates.templates import Design, filled_in

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table of every font

FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT, MARGIN = 297.0, 210.0, 22.0
"""Millimetres."""
INK, SOFT, PAPER = (26, 29, 36), (90, 98, 112), (255, 255, 255)
QR_SIZE = 30.0

Document = TypeVar("Document", bound=FPDF)


def as_pdf(facts: Facts, design: Design, organization: Organization, base: str, logo: bytes | None = None) -> bytes:
    """The page as a PDF, in the language of the organization; `base` is the address of this installation."""
    with force_locale(organization.locale):
        return _Sheet(facts, design, organization, f"{base}/verify/{facts.number}").drawn(logo)


def as_png(pdf: bytes, width: int = 1100) -> bytes:
    """The first page of a PDF as a picture, `width` pixels wide."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        picture = page.render(scale=width / page.get_width()).to_pil()
    finally:
        document.close()
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def prepared(pdf: Document, title: str, author: str, language: str) -> Document:
    """The document with our fonts, "sans" (also bold) and "serif", and what readers show about it."""
    pdf.add_font("sans", "", FONTS / "NotoSans-Regular.ttf")
    pdf.add_font("sans", "B", FONTS / "NotoSans-SemiBold.ttf")
    pdf.add_font("serif", "", FONTS / "NotoSerif-Regular.ttf")
    pdf.set_title(title)
    pdf.set_author(author)
    pdf.set_lang(language)
    pdf.set_creator("LMS")
    return pdf


class _Sheet:
    """Draws one certificate."""

    def __init__(self, facts: Facts, design: Design, organization: Organization, address: str) -> None:
        self.facts = facts
        self.design = design
        self.organization, self.language = organization.name, organization.locale
        self.address = address
        self.accent = tuple(int(design.colour[start : start + 2], 16) for start in (1, 3, 5))
        self.issued_on = format_date(facts.issued_on, "long")
        self.valid_until = format_date(facts.valid_until, "long") if facts.valid_until else ""

    def drawn(self, logo: bytes | None) -> bytes:
        """The document's bytes."""
        title = f"{self.design.heading}: {self.facts.title}"
        pdf = prepared(FPDF("landscape", "mm", "A4"), title, self.organization, self.language)
        pdf.set_creation_date(datetime.combine(self.facts.issued_on, datetime.min.time(), UTC))
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.add_page()
        self._frame(pdf)
        self._head(pdf, logo)
        self._middle(pdf)
        self._foot(pdf)
        return bytes(pdf.output())

    def _frame(self, pdf: FPDF) -> None:
        pdf.set_fill_color(*self.accent)
        pdf.rect(0, 0, WIDTH, 5, "F")
        pdf.set_draw_color(*self.accent)
        pdf.set_line_width(0.3)
        pdf.rect(10, 13, WIDTH - 20, HEIGHT - 23)

    def _head(self, pdf: FPDF, logo: bytes | None) -> None:
        if logo is not None:
            pdf.image(io.BytesIO(logo), MARGIN, 22, 60, 20, keep_aspect_ratio=True)
            self._line(pdf, 27, self.organization, "sans", "B", 12, SOFT, align="R")
        else:
            self._line(pdf, 27, self.organization, "sans", "B", 13, SOFT)
        pdf.set_char_spacing(3)
        self._line(pdf, 54, self.design.heading.upper(), "sans", "B", 17, self.accent, spare=40)
        pdf.set_char_spacing(0)

    def _middle(self, pdf: FPDF) -> None:
        self._line(pdf, 71, self.facts.person, "serif", "", 38, INK)
        pdf.set_draw_color(*self.accent)
        pdf.set_line_width(0.6)
        pdf.line(WIDTH / 2 - 18, 96, WIDTH / 2 + 18, 96)
        words = {
            "name": self.facts.person,
            "title": self.facts.title,
            "organization": self.organization,
            "issued_on": self.issued_on,
            "valid_until": self.valid_until,
            "number": self.facts.number,
        }
        pdf.set_font("sans", "", 13)
        pdf.set_text_color(*SOFT)
        pdf.set_xy(MARGIN + 20, 103)
        pdf.multi_cell(
            WIDTH - 2 * MARGIN - 40, 6.5, filled_in(self.design.text, words), align="C", max_line_height=6.5
        )
        self._line(pdf, max(pdf.get_y() + 4, 116), self.facts.title, "sans", "B", 22, INK)

    def _foot(self, pdf: FPDF) -> None:
        top = HEIGHT - 20 - QR_SIZE
        self._qr(pdf, WIDTH - MARGIN - QR_SIZE, top)
        rows = [(gettext("Issued on"), self.issued_on)]
        if self.valid_until:
            rows.append((gettext("Valid until"), self.valid_until))
        rows.append((gettext("Number"), self.facts.number))
        for position, (label, value) in enumerate(rows):
            y = top + QR_SIZE - 8 * (len(rows) - position) + 2
            self._small(pdf, MARGIN, y, label, SOFT)
            self._small(pdf, MARGIN + 30, y, value, INK, bold=True)
        if self.design.signatory:
            middle = WIDTH / 2 + 8
            pdf.set_draw_color(*SOFT)
            pdf.set_line_width(0.2)
            pdf.line(middle - 30, top + 16, middle + 30, top + 16)
            self._line(pdf, top + 18, self.design.signatory, "sans", "B", 10, INK, within=(middle - 38, 76))
            self._line(pdf, top + 24, self.design.signatory_role, "sans", "", 9, SOFT, within=(middle - 38, 76))
        text = gettext("Check this certificate: %(address)s", address=self.address)
        self._line(pdf, HEIGHT - 17, text, "sans", "", 7.5, SOFT, align="R")

    def _qr(self, pdf: FPDF, left: float, top: float) -> None:
        """As squares, not as a picture, so that it is sharp at any size."""
        matrix = segno.make(self.address, error="m", micro=False).matrix
        side = QR_SIZE / len(matrix)
        pdf.set_fill_color(*INK)
        for y, row in enumerate(matrix):
            x = 0
            while x < len(row):
                run = x
                while run < len(row) and row[run]:
                    run += 1
                if run > x:
                    pdf.rect(left + x * side, top + y * side, (run - x) * side, side, "F")
                x = max(run, x + 1)

    def _small(self, pdf: FPDF, x: float, y: float, text: str, colour: tuple[int, ...], *, bold: bool = False) -> None:
        pdf.set_font("sans", "B" if bold else "", 9.5)
        pdf.set_text_color(*colour)
        pdf.set_xy(x, y)
        pdf.cell(80, 6, text)

    def _line(
        self, pdf: FPDF, y: float, text: str, family: str, style: str, size: float, colour: tuple[int, ...], *,
        align: str = "C", spare: float = 0, within: tuple[float, float] = (MARGIN, WIDTH - 2 * MARGIN),
    ) -> None:  # fmt: skip
        """One line, in smaller letters when it would be too long."""
        left, width = within
        pdf.set_font(family, style, size)
        needed = pdf.get_string_width(text)
        if needed > width - spare:
            pdf.set_font(family, style, max(6, size * (width - spare) / needed))
        pdf.set_text_color(*colour)
        pdf.set_xy(left, y)
        pdf.cell(width, size * 0.5, text, align=align)

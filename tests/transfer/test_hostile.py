"""Files that are broken, wrong, or made to hurt: each is refused in a sentence, and nothing is half done."""

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func, select

from lms.accounts import User
from lms.db import db
from lms.errors import Invalid
from lms.transfer import Import, store
from lms.transfer.reading import recognized
from tests.transfer.conftest import counts, said


def workbook(*rows, **sheets) -> bytes:
    """An XLSX file of these rows, and further sheets."""
    book, output = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(output)
    return output.getvalue()


def zipped(**parts: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return output.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "first line is empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"PK\x03\x04 not really", "damaged"),
        (zipped(other=b"x"), "no XLSX workbook"),
        (zipped(xl__workbook=b"<a>" * 9), "damaged"),
        (zipped(xl__sheet1=b"0" * 300_000_000), "unpacks to far more"),
        (b"name\0,email\n", "zero bytes"),
        (b"email,email\n", "both called"),
        (b"email,,name\n", "Column 2 has no heading"),
        ("naam,é\nZoë,\n".encode() + b"\xff\xfe broken", "Line 3 has bytes that are not UTF-8"),
        ("naam é\nZoë".encode()[:-1], "breaks off in the middle of a character"),
        (",".join(f"c{n}" for n in range(201)).encode(), "201 columns"),
        (b"c," * 10_000_000, "longer than a million characters"),
        (b"{not json}\n", "Line 1 is not JSON"),
        (b"[1]\n", None),
        (b'{"a": 1}\n[1]\n', "Line 2 is not a JSON object"),
    ],
    ids=range(19),
)
def test_what_is_no_usable_file_is_refused_in_a_sentence_and_not_kept(upload, content, why):
    if why is None:
        assert upload("people", content).columns == {}
        return
    with pytest.raises(Invalid, match=why):
        upload("people", content)
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0
    assert [path for path in store.folder().rglob("*") if path.is_file()] == []


def test_a_file_larger_than_allowed_is_not_kept(admin):
    with pytest.raises(Invalid, match="larger than"):
        store.save([b"x" * 600_000] * 2, admin.organization_id, 1_000_000)
    assert [path for path in store.folder().rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_recognized(upload, encoding, delimiter):
    job = upload("people", delimiter.join(["naam", "e-mail"]).encode(encoding) if encoding == "utf-8" else
                 f"naam{delimiter}e-mail\nZoë{delimiter}z@harbour.example\n".encode(encoding))  # fmt: skip
    assert (job.encoding, job.delimiter, job.headings) == (encoding, delimiter, ["naam", "e-mail"])
    assert job.columns == {"naam": "name", "e-mail": "email"}


def test_a_formula_is_reported_by_row_and_column(carried_out):
    job = carried_out("people", ["email,name", '=cmd|"/c calc"!A1,Eve', "b@harbour.example,'=SUM(1)"])
    assert said(job)[2] == ("refused", "“email” is a formula; put its value there.")
    assert db.session.scalars(select(User.name).where(User.email == "b@harbour.example")).one() == "=SUM(1)"
    job = carried_out("people", workbook(["email", "name"], ["c@harbour.example", "=1+1"]))
    assert said(job)[2] == ("refused", "“name” is a formula; put its value there.")


def test_a_workbook_gives_numbers_and_days_as_one_would_type_them(carried_out):
    job = carried_out(
        "people", workbook(["Personnel number", "Email", "Name", "Active"], [42, "d@harbour.example", "D", True])
    )
    assert counts(job) == (1, 0, 0, 0)
    assert db.session.scalars(select(User.personnel_number).where(User.name == "D")).one() == "42"


def test_another_sheet_can_be_chosen(upload):
    job = upload("people", workbook(["nothing"], People=[["email", "name"]]))
    assert (job.sheets, job.sheet, job.headings) == (["Sheet", "People"], "Sheet", ["nothing"])


def test_cells_beyond_the_headings_and_quotes_left_open_are_reported(carried_out, upload, admin, app):
    job = carried_out("people", ["email,name", "e@harbour.example,E,surplus"])
    assert said(job)[2] == ("refused", "The row has 3 cells, but there are 2 columns.")
    with pytest.raises(AssertionError, match="cannot be read"):
        carried_out("people", ["email,name", 'f@harbour.example,"F', *["x"] * 50_000])
    assert db.session.scalar(select(User).where(User.email.like("f@%"))) is None


def test_a_cell_that_is_an_object_is_reported(carried_out):
    job = carried_out("people", ['{"email": "g@harbour.example", "name": {"first": "G"}}'])
    assert said(job)[1] == ("refused", "“name” is a list or an object, not one value.")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=400) | st.text(max_size=200).map(str.encode).filter(bool), st.integers(0, 3))
def test_any_bytes_are_read_or_refused_never_more(tmp_path, content, start):
    path = tmp_path / f"{random.random()}"
    path.write_bytes((b"", b"PK\x03\x04", b"{", b"a;b\n")[start] + content)
    try:
        for row in recognized(path).rows():
            assert row.number > 0
    except Invalid as error:
        assert error.message.endswith(".")

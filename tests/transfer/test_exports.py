"""Exports: every resource in every format, safe in a spreadsheet, made by a worker or at once."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms import courses, transfer
from lms.courses import Course
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.errors import NotFound
from lms.events import Change, EventCenter
from lms.notifications import Mail
from lms.resources import RESOURCES
from lms.transfer import Export, ExportAttrs, ExportSchedule, ScheduleAttrs
from tests import factories
from tests.transfer.conftest import work


@pytest.fixture
def learned(author, learner):
    course = factories.open_course(author)
    enrollment = courses.enroll(course, [learner.id], author)[0]
    return factories.result(enrollment, course.subjects[0], author)


def text_of(name: str, format: str, actor) -> str:
    return b"".join(transfer.stream(transfer.exported(name, actor), format, actor)).decode()


@pytest.mark.parametrize("name", RESOURCES)
def test_both_streams_have_the_same_rows_and_none_of_another_organization(learned, admin, stranger, name):
    factories.course(stranger, "Theirs")
    rows = list(csv.DictReader(io.StringIO(text_of(name, "csv", admin).removeprefix("\ufeff"))))
    objects = [json.loads(line) for line in text_of(name, "jsonl", admin).splitlines()]
    assert [row["id"] for row in rows] == [str(one["id"]) for one in objects]
    assert "Theirs" not in str(objects)
    if rows:
        assert list(rows[0]) == [field.name for field in RESOURCES[name].fields]


def test_a_csv_file_is_utf8_for_excel_and_has_moments_in_utc(learned, admin, learner):
    content = b"".join(transfer.stream(RESOURCES["results"], "csv", admin))
    assert content.startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert (row["name"], row["passed"], row["score"]) == (learner.name, "true", "")
    assert row["finished_at"] == learned.finished_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")'])
def test_a_spreadsheet_shows_text_and_never_runs_it(app, admin, author, title):
    course = factories.course(author, "x")
    db.session.execute(Course.__table__.update().where(Course.id == course.id).values(title=title))
    db.session.commit()
    row = next(csv.DictReader(io.StringIO(text_of("courses", "csv", admin).removeprefix("\ufeff"))))
    assert row["title"] == f"'{title}"
    export = transfer.create_export(ExportAttrs(kind="courses", format="xlsx"), admin)
    work(app)
    cell = load_workbook(transfer.file_of(export, admin)).active["B2"]
    assert (cell.data_type, cell.value) == ("s", f"'{title}")


def test_an_export_is_made_by_a_worker_and_announced_with_a_link(app, admin, learned):
    export = transfer.create_export(ExportAttrs(kind="results", format="xlsx"), admin)
    work(app)
    assert (export.state, export.rows) == ("done", 1)
    for change in db.session.scalars(select(Change.id).where(Change.object_type == "Export")):
        deliver(EventCenter.subscribers["notifications"], [change])
    mail = db.session.scalars(select(Mail).where(Mail.kind == "export_ready")).one()
    assert (mail.user_id, mail.params["object_id"]) == (admin.id, export.id)


def test_what_is_exported_can_be_imported_and_changes_nothing(app, admin, learned, learner):
    job = transfer.upload("results", "x", [text_of("results", "csv", admin).encode()], admin, 1_000_000)
    transfer.check(job, None, admin)
    work(app)
    assert (job.created, job.changed, job.left, job.refused) == (0, 0, 1, 0)


def test_another_organizations_export_does_not_exist(app, admin, stranger, client_for):
    export = transfer.create_export(ExportAttrs(kind="people"), admin)
    work(app)
    with pytest.raises(NotFound):
        transfer.find_export(export.id, stranger)
    assert client_for(stranger).get(f"/exchange/exports/{export.id}/file").status_code == 404


def test_files_are_forgotten_after_a_week(app, admin):
    export = transfer.create_export(ExportAttrs(kind="people"), admin)
    work(app)
    path = transfer.file_of(export, admin)
    export.finished_at = utcnow() - timedelta(days=8)
    db.session.commit()
    assert transfer.remove_old() == 1
    assert not path.exists()
    with pytest.raises(NotFound, match="kept for a week"):
        transfer.file_of(export, admin)


def test_a_schedule_puts_a_file_in_its_folder_once_and_waits_for_the_next_day(app, admin, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "EXPORT_FOLDER", tmp_path / "out")
    schedule = transfer.create_schedule(ScheduleAttrs(kind="people", every="daily", hour=5), admin, app.config)
    assert schedule.next_at > utcnow()
    schedule.next_at = datetime(2026, 1, 1, 4, tzinfo=UTC)
    db.session.commit()
    work(app)
    work(app)
    [file] = (tmp_path / "out" / "harbour-hospital").iterdir()
    assert (file.suffix, "Ada Admin" in file.read_text()) == (".csv", True)
    assert db.session.scalars(select(ExportSchedule.next_at)).one() > utcnow()
    assert len(db.session.scalars(select(Export)).all()) == 1

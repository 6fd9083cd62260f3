"""Keys, imports and exports through the pages."""

import io
import re

import pytest
from sqlalchemy import select

from lms import keys, transfer
from lms.db import db
from lms.keys import ApiKey, KeyAttrs
from lms.transfer import ExportAttrs, Import
from tests import factories

PAGES = ("/exchange/imports/", "/exchange/imports/new", "/exchange/exports/", "/exchange/exports/schedules/new",
         "/exchange/exports/now/people.csv", "/exchange/keys/", "/exchange/keys/new")  # fmt: skip


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_TRANSFER", str(tmp_path))


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_administrators(client_for, admin, author, path):
    assert client_for(admin).get(path).status_code == 200
    assert client_for(author).get(path).status_code == 403


def test_a_key_is_shown_once_and_revoked(client_for, admin):
    client = client_for(admin)
    page = client.post("/exchange/keys/new", data={"name": "HR", "scopes": ["people:read"]})
    bearer = re.search(r'value="(lms_[^"]+\.[^"]+)"', page.text)[1]
    answer = client.get("/api/v1/people", headers={"Authorization": f"Bearer {bearer}"})
    assert answer.status_code == 200
    assert bearer.split(".")[1] not in client.get("/exchange/keys/").text
    key = db.session.scalars(select(ApiKey)).one()
    client.post(f"/exchange/keys/{key.id}/revoke")
    assert client.get("/api/v1/people", headers={"Authorization": f"Bearer {bearer}"}).status_code == 401


@pytest.mark.parametrize(
    ("data", "message"),
    [({"name": "", "scopes": "people:read"}, "Fill this in."), ({"name": "X"}, "Choose at least one from the list."),
     ({"name": "X", "scopes": "people:read", "expires_on": "2020-01-01"}, "Choose a day in the future.")],
)  # fmt: skip
def test_a_key_that_cannot_be_made_says_why_beside_the_field(client_for, admin, data, message):
    assert message in client_for(admin).post("/exchange/keys/new", data=data).text
    assert db.session.scalar(select(ApiKey)) is None


def upload(client, content: bytes, kind: str = "people"):
    return client.post("/exchange/imports/new", data={"kind": kind, "file": (io.BytesIO(content), "file.csv")})


def test_a_file_that_cannot_be_used_is_refused_beside_the_field(client_for, admin):
    page = upload(client_for(admin), b"%PDF-1.7")
    assert re.search(r'class="field-error"[^>]*>.*?This is a PDF', page.text, re.DOTALL)


def test_columns_are_chosen_and_what_is_missing_is_said(client_for, admin):
    client = client_for(admin)
    place = upload(client, b"wie;waar\nA;a@harbour.example\n").location
    page = client.post(f"{place}/check", data={"column-0": "name"})
    assert (page.status_code, "it says who each row is about" in page.text) == (422, True)
    assert client.post(f"{place}/check", data={"column-0": "name", "column-1": "email"}).status_code == 302
    assert db.session.scalars(select(Import.state)).one() == "checking"


@pytest.mark.parametrize(
    "act", ["", "/progress", "/faulty.csv", "/check", "/start", "/stop", "/resume", "/undo", "/remove"]
)
def test_another_organizations_import_does_not_exist(client_for, admin, stranger, act):
    place = upload(client_for(admin), b"email,name\n").location
    client = client_for(stranger)
    send = client.get if act in ("", "/progress", "/faulty.csv") else client.post
    assert send(f"{place}{act}").status_code == 404


def test_nor_do_its_keys_and_schedules(app, client_for, admin, stranger):
    key, _secret = keys.create_key(KeyAttrs(name="HR", scopes=["people:read"]), admin)
    schedule = transfer.create_schedule(transfer.ScheduleAttrs(kind="people"), admin, app.config)
    client = client_for(stranger)
    assert client.post(f"/exchange/keys/{key.id}/revoke").status_code == 404
    assert client.post(f"/exchange/exports/schedules/{schedule.id}/delete").status_code == 404
    assert "HR" not in client.get("/exchange/keys/").text


@pytest.mark.parametrize("path", ["/exchange/imports/", "/exchange/exports/", "/exchange/keys/", "/api/v1/people"])
def test_a_list_runs_the_same_number_of_statements_whatever_its_length(client_for, admin, statements, path):
    client = client_for(admin)
    key, secret = keys.create_key(KeyAttrs(name="First", scopes=["people:read"]), admin)
    bearer = {"Authorization": f"Bearer {key.client_id}.{secret}"}

    def visit() -> int:
        client.get(path, headers=bearer)
        statements.clear()
        assert client.get(path, headers=bearer).status_code == 200
        return len(statements)

    def more() -> None:
        upload(client, b"email,name\n")
        transfer.create_export(ExportAttrs(kind="people"), admin)
        keys.create_key(KeyAttrs(name="Another", scopes=["people:read"]), admin)
        factories.user(admin.organization)

    more()
    few = visit()
    for _ in range(5):
        more()
    assert visit() == few

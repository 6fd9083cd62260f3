"""Imports and exports by call."""

import pytest

from lms import transfer
from lms.db import db


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_TRANSFER", str(tmp_path))


def work(app):
    while transfer.work(app.config):
        pass
    db.session.expire_all()


def send(program, content: bytes, kind: str = "people"):
    return program.client.post(
        f"/api/v1/imports?kind={kind}&name=people.csv", data=content, content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {program.bearer}"},
    )  # fmt: skip


def test_a_file_is_imported_watched_and_undone_by_call(app, program):
    made = send(program, b"email,name\na@harbour.example,A\nnobody,B\n")
    assert (made.status_code, made.json["columns"]) == (201, {"email": "email", "name": "name"})
    path = made.headers["Location"].removeprefix("/api/v1")
    assert program.post(f"{path}/start").status_code == 409
    program.post(f"{path}/check")
    work(app)
    assert program.get(path).json["created"] == 1
    assert program.post(f"{path}/start").json["state"] == "running"
    work(app)
    assert (program.get(path).json["state"], program.get(path).json["refused"]) == ("done", 1)
    assert program.get("/people?email=a@harbour.example").json["data"][0]["name"] == "A"
    refused = program.get(f"{path}/rows?outcome=refused").json
    assert (refused["total"], refused["data"][0]["number"]) == (1, 3)
    assert "is not a mail address" in program.get(f"{path}/faulty").text
    program.post(f"{path}/undo")
    work(app)
    assert program.get("/people?email=a@harbour.example").json["data"] == []


def test_a_key_needs_the_scope_of_what_is_in_the_file(program_of, admin):
    program = program_of(admin, "exchange:write", "courses:write")
    refused = send(program, b"email,name\n")
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"kind"})
    assert send(program, b"title\nX\n", "courses").status_code == 201
    assert program.post("/exports", {"kind": "people"}).status_code == 422
    assert program.get("/people.csv").status_code == 403


def test_an_export_is_made_and_fetched_by_call(app, program, learner):
    made = program.post("/exports", {"kind": "people", "format": "jsonl"})
    path = made.headers["Location"].removeprefix("/api/v1")
    assert program.get(f"{path}/file").status_code == 409
    work(app)
    assert program.get(path).json["state"] == "done"
    assert learner.email in program.get(f"{path}/file").text
    assert learner.email in program.get("/people.csv").text


def test_another_organizations_imports_and_exports_do_not_exist(app, program, program_of, stranger):
    job, made = send(program, b"email,name\n").json["id"], program.post("/exports", {"kind": "people"}).json["id"]
    theirs = program_of(stranger)
    for path in (f"/imports/{job}", f"/imports/{job}/rows", f"/imports/{job}/faulty", f"/exports/{made}"):
        assert theirs.get(path).status_code == 404
    assert theirs.post(f"/imports/{job}/check").status_code == 404

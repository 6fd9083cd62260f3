"""People, courses and results as OneRoster 1.2: a zip as the standard wants it, which comes in as it went out."""

import csv
import io
import zipfile
from datetime import date

import pytest
from sqlalchemy import event, select

from lms import accounts, courses, results, transfer
from lms.accounts import User, UserAttrs
from lms.courses import Course, Enrollment, Subject
from lms.db import db
from lms.errors import Invalid
from lms.results import Outcome, Result
from lms.transfer import oneroster
from lms.transfer.oneroster.tables import (
    ABSENT,
    COMMON,
    ENUMERATIONS,
    EXTENDABLE,
    EXTENSION,
    HEADERS,
    REFERENCES,
    REQUIRED,
    ROLES,
)  # fmt: skip
from tests import factories
from tests.transfer.conftest import said, work

LIMIT = 10_000_000


def unpacked(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


def packed(**files) -> bytes:
    """A zip of rows by file; what is not given is absent."""
    modes = {name: "bulk" if name in files else "absent" for name in [*HEADERS, *ABSENT]}
    manifest = [{"propertyName": "oneroster.version", "value": "1.2"}]
    manifest += [{"propertyName": f"file.{name}", "value": mode} for name, mode in modes.items()]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, rows in {"manifest": manifest, **files}.items():
            text = io.StringIO()
            sheet = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), restval="")
            sheet.writeheader()
            sheet.writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue())
    return data.getvalue()


@pytest.fixture
def harbour(organization, admin, author):
    """An organization with departments, people of every role, courses, and results of every kind."""
    care = factories.department(admin, "Care")
    ward = factories.department(admin, "Ward 3, “north”", care.id)
    for number, role in enumerate(ROLES):
        attrs = {"name": f"Jan van der {role}", "email": f"{role}@harbour.example", "roles": [role, "learner"]}
        attrs |= {"department_id": ward.id if number % 2 else None, "personnel_number": f"00{number}"}
        user = accounts.create_user(UserAttrs(**attrs), organization.id, None, admin)
        if number == 2:
            user.external_id = "HR-2"
        if number == 3:
            user.active = False
    factories.user(organization, "Madonna")
    db.session.commit()
    first, second = factories.open_course(author, 2, "Lifting, =safely"), factories.open_course(author, 1, "Fire")
    factories.course(author, "A draft")
    people = list(db.session.scalars(select(User).where(User.email.like("%@harbour.example"), User.active)))
    for course in (first, second):
        for place, one in enumerate(courses.enroll(course, [user.id for user in people], admin)):
            outcome = Outcome(place % 2 == 0, None if place == 0 else 50 + place)
            results.record(one, course.subjects[0], outcome, "quiz", None)
    return organization


def exported(app, admin) -> bytes:
    export = oneroster.create_roster_export(admin)
    work(app)
    assert export.state == "done", export.problem
    return transfer.file_of(export, admin).read_bytes()


def imported(app, user, data: bytes, pass_mark: int = 60):
    row = oneroster.upload_roster("harbour.zip", [data], pass_mark, user, LIMIT)
    work(app)
    assert row.state == "checked", row.problem
    oneroster.start_roster(row, user)
    work(app)
    return row


def test_the_zip_is_what_the_standard_wants(app, harbour, admin):
    files = unpacked(exported(app, admin))
    properties = {row["propertyName"]: row["value"] for row in files.pop("manifest")}
    assert (properties["manifest.version"], properties["oneroster.version"]) == ("1.0", "1.2")
    assert {name[5:] for name, how in properties.items() if name.startswith("file.") and how == "bulk"} == set(files)
    assert {f"file.{name}" for name in [*HEADERS, *ABSENT]} <= set(properties)
    ids: dict[str, set[str]] = {}
    for name, rows in files.items():
        assert tuple(rows[0]) == HEADERS[name]
        ids[name] = {row["sourcedId"] for row in rows}
        assert len(ids[name]) == len(rows)
        for row in rows:
            assert all(row[column] for column in REQUIRED[name]), (name, row)
            # In a set of bulk files these two are empty.
            assert not any(row[column] for column in COMMON[1:])
    for (name, column), words in ENUMERATIONS.items():
        for row in files[name]:
            is_extension = row[column].startswith(EXTENSION) and (name, column) in EXTENDABLE
            assert row[column] in words or not row[column] or is_extension, (name, column, row[column])
    for (name, column), target in REFERENCES.items():
        for row in files[name]:
            assert not row[column] or row[column] in ids[target], (name, column, row[column])
    for name, columns in {"results": ["scoreDate"], "lineItems": ["assignDate", "dueDate"]}.items():
        assert all(date.fromisoformat(row[column]) for row in files[name] for column in columns)
    homes = {(row["userSourcedId"], row["orgSourcedId"]) for row in files["roles"]}
    assert {(row["sourcedId"], row["primaryOrgSourcedId"]) for row in files["users"]} <= homes


def test_a_zip_can_be_written_from_the_command_line(app, harbour, admin, learner, tmp_path):
    runner, file = app.test_cli_runner(), str(tmp_path / "harbour.zip")
    done = runner.invoke(args=["oneroster", "export", file, "--as", admin.email])
    assert done.exit_code == 0, done.output
    assert {row["email"] for row in unpacked((tmp_path / "harbour.zip").read_bytes())["users"]} >= {admin.email}
    for email in (learner.email, "nobody@harbour.example"):
        assert runner.invoke(args=["oneroster", "export", file, "--as", email]).exit_code == 1


def people_of(organization):
    rows = db.session.scalars(select(User).where(User.organization_id == organization.id)).all()
    return {
        row.email: (row.name, row.personnel_number, sorted(row.roles), row.active,
                    row.department.name if row.department else None)
        for row in rows
    }  # fmt: skip


def results_of(organization):
    rows = db.session.scalars(select(Result).where(Result.organization_id == organization.id)).all()
    return sorted((row.course.title, row.subject.title, row.user.email, row.passed, row.score or -1) for row in rows)


def courses_of(organization):
    rows = db.session.scalars(
        select(Course).where(Course.organization_id == organization.id, Course.status == "published")
    )
    return {row.title: [subject.title for subject in row.subjects] for row in rows}


def test_out_of_one_organization_into_an_empty_other_one(app, harbour, admin, other_organization, stranger):
    data = exported(app, admin)
    before = people_of(harbour), courses_of(harbour), results_of(harbour)
    for user in db.session.scalars(select(User).where(User.organization_id == harbour.id)):
        user.email = f"was-{user.email}"
    db.session.commit()
    row = imported(app, stranger, data)
    assert row.state == "done", row.problem
    assert row.skipped == []
    assert {kind: said(job) for kind, job in oneroster.imports_of(row).items() if job.refused} == {}
    there = people_of(other_organization)
    del there[stranger.email]
    assert (there, courses_of(other_organization), results_of(other_organization)) == before
    known = db.session.scalar(
        select(User).where(User.organization_id == other_organization.id, User.external_id == "HR-2")
    )
    assert known.email == "admin@harbour.example"
    assert db.session.query(Enrollment).filter_by(organization_id=other_organization.id).count() == len(before[2])


def test_the_same_zip_again_changes_nothing(app, harbour, admin, stranger):
    data = exported(app, admin)
    for user in db.session.scalars(select(User).where(User.organization_id == harbour.id)):
        user.email = f"was-{user.email}"
    db.session.commit()
    imported(app, stranger, data)
    again = imported(app, stranger, data)
    assert again.state == "done"
    assert [(job.created, job.changed, job.refused) for job in oneroster.imports_of(again).values()] == [(0, 0, 0)] * 5


SCHOOL = {
    "orgs": [{"sourcedId": "s", "name": "School", "type": "school"},
             {"sourcedId": "d", "name": "Maths", "type": "department", "parentSourcedId": "s"}],
    "courses": [{"sourcedId": "c", "title": "Algebra", "orgSourcedId": "s"}],
    "classes": [{"sourcedId": "k", "title": "Algebra A", "courseSourcedId": "c"}],
    "lineItems": [{"sourcedId": "l", "title": "Exam", "classSourcedId": "k", "resultValueMax": "20"}],
    "users": [{"sourcedId": "u1", "username": "x", "email": "u1@x.example", "givenName": "Uma", "familyName": "One",
               "enabledUser": "true", "primaryOrgSourcedId": "d"},
              {"sourcedId": "u2", "username": "u2@x.example", "givenName": "Tom", "preferredGivenName": "Tommy",
               "familyName": "Two", "enabledUser": "false"}],
    "enrollments": [{"sourcedId": "e", "classSourcedId": "k", "userSourcedId": "u1", "role": "student"},
                    {"sourcedId": "f", "classSourcedId": "k", "userSourcedId": "u2", "role": "teacher"}],
}  # fmt: skip


def result(id=0, **values):
    return {"sourcedId": f"r{id}", "lineItemSourcedId": "l", "studentSourcedId": "u1", "scoreStatus": "fully graded",
            "scoreDate": "2026-03-01", **values}  # fmt: skip


def test_what_another_system_wrote_is_taken_over(app, admin, organization):
    roles = [{"sourcedId": "1", "userSourcedId": "u1", "roleType": "primary", "role": "teacher"},
             {"sourcedId": "2", "userSourcedId": "u2", "roleType": "primary", "role": "guardian"}]  # fmt: skip
    row = imported(app, admin, packed(**SCHOOL, roles=roles, results=[result(score="15")]))
    uma = db.session.scalar(select(User).where(User.external_id == "u1"))
    tom = db.session.scalar(select(User).where(User.external_id == "u2"))
    assert (uma.name, uma.department.name, uma.roles) == ("Uma One", "Maths", ["instructor"])
    assert (tom.name, tom.email, tom.active, tom.roles) == ("Tommy Two", "u2@x.example", False, ["learner"])
    assert results_of(organization) == [("Algebra", "Exam", "u1@x.example", True, 75)]
    assert [(one["file"], one["row"], one["reason"]) for one in row.skipped] == [
        ("roles.csv", 3, "There is no role here for guardian."),
        ("enrollments.csv", 3, "Only students are in courses here."),
    ]


def test_whether_it_was_passed_is_read_from_its_words_or_its_score(app, admin, organization):
    cases = [
        ({"score": "11"}, False), ({"score": "12"}, True), ({"score": "2", "textScore": "Passed"}, True),
        ({"incomplete": "true"}, False), ({"textScore": "B+"}, None),
        ({"score": "20", "scoreStatus": "submitted"}, None),
        ({"score": "20", "inProgress": "true"}, None), ({"score": "20", "lineItemSourcedId": "x"}, None),
    ]  # fmt: skip
    items = [{**SCHOOL["lineItems"][0], "sourcedId": f"l{n}", "title": f"Exam {n}"} for n in range(len(cases))]
    graded = [result(**{"lineItemSourcedId": f"l{n}", **values}, id=n) for n, (values, _passed) in enumerate(cases)]
    row = imported(app, admin, packed(**{**SCHOOL, "lineItems": items, "results": graded}))
    found = {subject: passed for _course, subject, _who, passed, _score in results_of(organization)}
    assert found == {f"Exam {n}": passed for n, (_values, passed) in enumerate(cases) if passed is not None}
    assert [one["row"] for one in row.skipped if one["file"] == "results.csv"] == [6, 7, 8, 9]


def test_files_that_are_not_read_and_rows_to_be_deleted_are_told(app, admin):
    files = {**SCHOOL, "demographics": [{"sourcedId": "u1"}]}
    files["courses"] = [*SCHOOL["courses"], {"sourcedId": "z", "title": "Old", "status": "tobedeleted"}]
    row = imported(app, admin, packed(**files))
    assert [one["reason"] for one in row.skipped][:2] == [
        "This file is not read here.", "It is to be deleted; nothing is deleted here.",
    ]  # fmt: skip
    assert db.session.scalar(select(Course).where(Course.title == "Old")) is None


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"hello", "not a zip file"), (packed(), "neither people nor courses"),
     (packed(**SCHOOL).replace(b"1.2", b"1.1"), "OneRoster|damaged")],
)  # fmt: skip
def test_what_is_no_oneroster_is_refused_at_once(app, admin, data, says):
    with pytest.raises(Invalid, match=says):
        oneroster.upload_roster("x.zip", [data], 60, admin, LIMIT)
    assert oneroster.rosters_page(admin).total == 0


def test_a_course_that_has_subjects_keeps_them(app, admin, author, organization):
    factories.open_course(author, 1, "Algebra")
    row = imported(app, admin, packed(**SCHOOL, results=[result(score="15")]))
    assert courses_of(organization) == {"Algebra": ["Subject 1"]}
    job = oneroster.imports_of(row)["results"]
    assert said(job) == {2: ("refused", "“Algebra” has no subject “Exam”.")}


def test_who_is_killed_in_between_is_gone_on_from(app, admin, organization):
    row = oneroster.upload_roster("x.zip", [packed(**SCHOOL, results=[result(score="15")])], 60, admin, LIMIT)
    work(app)
    oneroster.start_roster(row, admin)
    event.listen(Course, "before_update", _killed)
    with pytest.raises(KeyboardInterrupt):
        work(app)
    event.remove(Course, "before_update", _killed)
    db.session.rollback()
    assert db.session.query(Subject).count() == 0
    work(app)
    assert (row.state, len(results_of(organization))) == ("done", 1)


def _killed(*args):
    raise KeyboardInterrupt

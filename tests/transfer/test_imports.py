"""Imports: what becomes of rows, once and again, in the trail, after a kill, and undone."""

import pytest
from sqlalchemy import func, select

from lms import courses, transfer
from lms.accounts import Department, User
from lms.activities import Activity, activities_page
from lms.audits import Audit, audits_page
from lms.courses import Course, Enrollment
from lms.db import db
from lms.deliveries import deliver
from lms.errors import Invalid, NotFound
from lms.events import Change, EventCenter
from lms.notifications import Mail, Notification
from lms.results import Result
from lms.transfer.running import Pace
from tests import factories
from tests.transfer.conftest import counts, said, work

PEOPLE = [
    "Personeelsnummer;Naam;E-mailadres;Afdeling;Functie",
    "0001;Anna de Vries;anna@harbour.example;Care;Nurse",
    "0002;Bilal Kaya;BILAL@harbour.example;Care;",
    "0003;Chris;not-an-address;Care;",
    "0004;Dana;dana@harbour.example;Nowhere;",
]


@pytest.fixture
def places(admin):
    factories.department(admin)
    factories.job_function(admin)


@pytest.fixture
def open_course(author, learner):
    learner.external_id = "hr-1"
    db.session.commit()
    course = factories.open_course(author, subjects=2)
    courses.enroll(course, [learner.id], author)
    return course


def rows_of(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def deliver_all() -> None:
    ids = list(db.session.scalars(select(Change.id)))
    for subscriber in EventCenter.subscribers.values():
        if not subscriber.outside:
            deliver(subscriber, ids)


def test_people_are_made_and_what_is_wrong_is_said_by_row_and_column(carried_out, places):
    job = carried_out("people", PEOPLE)
    assert counts(job) == (2, 0, 0, 2)
    assert said(job)[4] == ("refused", "“E-mailadres” is not a mail address: not-an-address.")
    assert said(job)[5] == ("refused", "There is no department “Nowhere”: import the departments first.")
    bilal = db.session.scalars(select(User).where(User.personnel_number == "0002")).one()
    assert (bilal.email, bilal.department.name, bilal.password) == ("bilal@harbour.example", "Care", None)


def test_the_same_file_twice_changes_nothing(carried_out, places):
    carried_out("people", PEOPLE)
    before = rows_of(Change)
    assert counts(carried_out("people", PEOPLE)) == (0, 0, 2, 2)
    assert rows_of(Change) == before + 2  # the second import itself: begun and done


def test_a_trial_says_the_same_and_writes_nothing(upload, app, admin, places):
    job = upload("people", PEOPLE)
    before = rows_of(Change)
    transfer.check(job, None, admin)
    work(app)
    assert counts(job) == (2, 0, 0, 2)
    assert (rows_of(Change), db.session.scalar(select(User).where(User.personnel_number == "0001"))) == (before, None)


def test_a_person_is_found_by_number_and_changed(carried_out, places):
    carried_out("people", PEOPLE)
    job = carried_out("people", ["personnel number,name,email", "0001,Anna Bos,anna.bos@harbour.example"])
    assert counts(job) == (0, 1, 0, 0)
    anna = db.session.scalars(select(User).where(User.personnel_number == "0001")).one()
    assert (anna.name, anna.email, anna.department.name) == ("Anna Bos", "anna.bos@harbour.example", "Care")


def test_rows_that_repeat_are_left_and_rows_that_contradict_are_refused(carried_out):
    job = carried_out("people", [
        "email,name", "x@harbour.example,Xavier", "x@harbour.example,Xavier", "X@harbour.example,Somebody Else",
    ])  # fmt: skip
    assert counts(job) == (1, 0, 1, 1)
    assert said(job)[4] == ("refused", "Row 2 says something else about the same.")


def test_an_id_and_an_address_of_different_people_are_refused(carried_out, learner, author):
    learner.external_id = "hr-1"
    db.session.commit()
    job = carried_out("people", ["external_id,email,name", f"hr-1,{author.email},Who"])
    assert said(job)[2] == ("refused", "Its id, number and address belong to different people.")


def test_somebody_of_another_organization_is_neither_found_nor_changed(carried_out, stranger):
    stranger.external_id = "hr-9"
    db.session.commit()
    job = carried_out("people", ["email,name", f"{stranger.email},Taken Over"])
    assert said(job)[2] == ("refused", "Somebody uses this address already.")
    job = carried_out("people", ["external_id,name", "hr-9,Taken Over"])
    assert said(job)[2][0] == "refused"
    db.session.refresh(stranger)
    assert stranger.name == "Stan Stranger"


def test_an_administrator_does_not_lose_that_by_a_file(carried_out, admin):
    job = carried_out("people", ["email,roles,active", f"{admin.email},learner,no"])
    assert said(job)[2] == ("refused", "This is an administrator. Change that on the person's page.")


def test_a_tree_of_departments_comes_in_one_file(carried_out):
    job = carried_out("departments", ["name,part of", "Care,", "Ward 3,Care", "Night,Care > Ward 3", "Lost,Nowhere"])
    assert counts(job) == (3, 0, 0, 1)
    night = db.session.scalars(select(Department).where(Department.name == "Night")).one()
    assert db.session.get_one(Department, night.parent_id).name == "Ward 3"
    assert counts(carried_out("departments", ["name,part of", "Ward 3,Care"])) == (0, 0, 1, 0)


def test_courses_come_in_as_drafts(carried_out):
    job = carried_out("courses", ['{"title": "Lifting", "summary": "Your back"}', '{"title": "Fire"}'])
    assert counts(job) == (2, 0, 0, 0)
    assert {course.status for course in db.session.scalars(select(Course))} == {"draft"}
    assert counts(carried_out("courses", ["title,summary", "lifting,Mind it"])) == (0, 1, 0, 0)


def test_people_are_enrolled_and_their_results_complete_the_course(carried_out, open_course, author):
    author.personnel_number = "7"
    db.session.commit()
    job = carried_out("enrollments", ["external_id,personnel number,course", "hr-1,,Fire safety", ",7,fire SAFETY"])
    assert counts(job) == (1, 0, 1, 0)
    lines = ["external_id,course,subject,passed,score,finished"]
    lines += ["hr-1,Fire safety,Subject 1,yes,80,2026-03-01", "hr-1,Fire safety,#2,ja,,31-3-2026"]
    job = carried_out("results", [*lines, "hr-1,Fire safety,Subject 9,yes,,2026-03-01"])
    assert counts(job) == (2, 0, 0, 1)
    assert said(job)[4] == ("refused", "“Fire safety” has no subject “Subject 9”.")
    enrollment = db.session.scalars(select(Enrollment).where(Enrollment.completed_at.is_not(None))).one()
    assert enrollment.completed_at.date().isoformat() == "2026-03-31"
    assert counts(carried_out("results", lines)) == (0, 0, 2, 0)


def test_the_best_result_counts(carried_out, open_course):
    head = "external_id,course,subject,passed,score,finished"
    carried_out("results", [head, "hr-1,Fire safety,#1,yes,60,2026-03-01"])
    assert counts(carried_out("results", [head, "hr-1,Fire safety,#1,yes,90,2026-03-02"])) == (0, 1, 0, 0)
    worse = carried_out("results", [head, "hr-1,Fire safety,#1,no,10,2026-03-03"])
    assert said(worse)[2] == ("left", "A better result stands.")
    assert db.session.scalars(select(Result.score)).one() == 90


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-03-04", "2026-03-04"), ("2026-03-04T10:00:00Z", "2026-03-04"), ("4-3-2026", "2026-03-04"),
     ("04.03.2026", "2026-03-04"), ("31/3/2026", "2026-03-31"), ("3/31/2026", "2026-03-31"),
     ("4 March 2026", "2026-03-04"), ("4 mrt 2026", "2026-03-04")],
)  # fmt: skip
def test_a_day_is_read_in_the_styles_people_write(carried_out, open_course, written, day):
    job = carried_out("results", ["external_id;course;subject;date", f"hr-1;Fire safety;#1;{written}"])
    assert said(job)[2] == ("created", "")
    assert db.session.scalars(select(Result.finished_at)).one().date().isoformat() == day


@pytest.mark.parametrize(
    ("written", "why"),
    [("3/4/2026", "could be two days"), ("30-2-2026", "no day there is"), ("46000", "is not a day"),
     ("2199-01-01", "in the future"), ("0001-01-01", "before 1950"), ("soon", "is not a day")],
)  # fmt: skip
def test_a_day_that_cannot_be_told_is_refused_with_the_reason(carried_out, open_course, written, why):
    job = carried_out("results", ["external_id;course;subject;date", f"hr-1;Fire safety;#1;{written}"])
    outcome, message = said(job)[2]
    assert (outcome, why in message, "“date”" in message) == ("refused", True, True)


def test_an_import_is_one_entry_in_the_trail_and_mails_nobody(carried_out, open_course, admin):
    carried_out(
        "results", ["external_id,course,subject,finished", *[f"hr-1,Fire safety,#{n},2026-03-01" for n in (1, 2)]]
    )
    deliver_all()
    shown = [row for row in audits_page(admin).items if row.object_type in ("Import", "Result", "Enrollment")]
    assert [(row.object_type, row.title) for row in shown if row.occurred_at == shown[0].occurred_at] == [
        ("Import", "file.csv")
    ]
    details = audits_page(admin, request=shown[0].request_id).items
    assert {row.object_type for row in details} == {"Import", "Result", "Enrollment"}
    assert rows_of(Mail) == rows_of(Notification) == 1  # of the enrollment by hand, before
    assert [one.kind for one in activities_page(admin).items].count("imported") == 1
    assert db.session.scalar(select(Activity).where(Activity.kind == "subject_finished")) is None
    assert db.session.scalar(select(func.count()).select_from(Audit).where(Audit.via == "import")) == 4


def test_those_concerned_are_told_when_that_is_asked_for(carried_out):
    carried_out("people", ["email,name", "new@harbour.example,New Person"], tell=True)
    deliver_all()
    assert db.session.scalars(select(Mail.kind)).all() == ["invitation"]


def test_columns_are_remembered_per_organization(upload, admin):
    job = upload("people", ["Wie,Adres", "A,a@harbour.example"])
    assert job.columns == {}
    transfer.check(job, {"Wie": "name", "Adres": "email"}, admin)
    assert upload("people", ["wie,adres", "B,b@harbour.example"]).columns == {"wie": "name", "adres": "email"}


def test_a_file_that_does_not_say_who_cannot_be_checked(upload, admin):
    job = upload("results", ["course,date", "Fire,2026-01-01"])
    with pytest.raises(Invalid, match="says who each row is about"):
        transfer.check(job, None, admin)


def test_it_goes_on_where_it_was_and_each_row_is_dealt_with_once(upload, app, admin):
    lines = [f"p{number}@harbour.example,Person {number}" for number in range(45)]
    job = upload("people", ["email,name", *lines, lines[0], "p1@harbour.example,Somebody Else"])
    transfer.check(job, None, admin)
    work(app, Pace(rows=10))
    transfer.start(job, admin)
    assert transfer.work(app.config, Pace(rows=10, seconds=0))  # one chunk, as if killed after it
    db.session.expire_all()
    assert job.position == 10
    transfer.stop(job, admin)
    assert not transfer.work(app.config)
    transfer.resume(job, admin)
    work(app, Pace(rows=10))
    assert (job.state, counts(job)) == ("done", (45, 0, 1, 1))
    assert db.session.scalar(select(func.count()).select_from(User).where(User.email.like("p%@harbour.example"))) >= 45
    assert said(job)[48] == ("refused", "Row 3 says something else about the same.")


def test_an_import_is_undone_as_far_as_nothing_was_built_on_it(carried_out, app, admin, open_course, author):
    job = carried_out("people", ["email,name", "new@harbour.example,New", "old@harbour.example,Old"])
    old = db.session.scalars(select(User).where(User.email == "old@harbour.example")).one()
    courses.enroll(open_course, [old.id], author)
    transfer.undo(job, admin)
    work(app)
    assert job.state == "undone"
    assert said(job) == {2: ("created", "Undone."), 3: ("created", "Stays: something was built on it since.")}
    assert db.session.scalar(select(User).where(User.email == "new@harbour.example")) is None


def test_undone_results_reopen_the_course_and_give_back_the_old_score(carried_out, app, admin, open_course):
    head = "external_id,course,subject,score,finished"
    carried_out("results", [head, "hr-1,Fire safety,#1,60,2026-03-01"])
    job = carried_out("results", [head, "hr-1,Fire safety,#1,90,2026-03-02", "hr-1,Fire safety,#2,70,2026-03-02"])
    assert db.session.scalars(select(Enrollment.completed_at)).one() is not None
    transfer.undo(job, admin)
    work(app)
    assert db.session.scalars(select(Enrollment.completed_at)).one() is None
    assert db.session.scalars(select(Result.score)).all() == [60]


def test_the_faulty_rows_come_back_with_the_reason_and_can_be_corrected(carried_out, places):
    job = carried_out("people", PEOPLE)
    text = "".join(transfer.faulty(job))
    lines = text.removeprefix("\ufeff").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Personeelsnummer", "0003", "0004"]
    assert "is not a mail address" in lines[1]
    corrected = text.replace("not-an-address", "chris@harbour.example").replace("Nowhere", "Care")
    assert counts(carried_out("people", corrected)) == (2, 0, 0, 0)


def test_another_organizations_import_does_not_exist(upload, stranger):
    job = upload("people", PEOPLE)
    with pytest.raises(NotFound):
        transfer.find_import(job.id, stranger)

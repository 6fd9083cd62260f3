"""Courses through the pages: the main job, and what is refused."""

import re

import pytest
from sqlalchemy import func, select

from lms.classroom import Event
from lms.courses import Course, Enrollment, Subject
from lms.db import db
from lms.events import Change
from tests import factories


def number_of(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_author_makes_a_course_adds_subjects_and_publishes_it(client_for, author):
    client = client_for(author)
    content = factories.some_content(author)
    page = client.post("/courses/new", data={"title": "Lifting"}, follow_redirects=True)
    assert "The course is there" in page.text
    course = db.session.scalars(select(Course)).one()
    client.post(f"/courses/{course.id}/subjects/new", data={"title": "Your back", "content_id": content.id})
    client.post(f"/courses/{course.id}/subjects/new-event", data={
        "title": "Practice", "starts_at": "2030-05-01T09:00", "ends_at": "2030-05-01T11:00", "location": "Gym",
    })  # fmt: skip
    page = client.post(f"/courses/{course.id}/publish", follow_redirects=True)
    assert "Your back" in page.text
    assert "Practice" in page.text
    db.session.refresh(course)
    assert course.status == "published"
    assert db.session.scalars(select(Event.starts_at)).one().isoformat() == "2030-05-01T07:00:00+00:00"


def test_a_learner_finishes_every_subject_and_so_the_course(client_for, author, learner):
    course = factories.open_course(author, subjects=2, self_enrollment=True)
    client = client_for(learner)
    client.post(f"/courses/{course.id}/people/me")
    enrollment = db.session.scalars(select(Enrollment)).one()
    for subject in db.session.scalars(select(Subject).order_by(Subject.position)).all():
        page = client.get(f"/learn/{enrollment.id}/subjects/{subject.id}")
        assert "Read this." in page.text
        page = client.post(f"/learn/{enrollment.id}/subjects/{subject.id}/done", follow_redirects=True)
    assert "You have completed this course" in page.text
    db.session.refresh(enrollment)
    assert enrollment.completed_at is not None


def test_attendance_is_confirmed_by_an_author_not_by_the_learner(client_for, author, learner):
    course = factories.open_course(author, subjects=1)
    from_event = client_for(author)
    from_event.post(f"/courses/{course.id}/subjects/new-event", data={
        "title": "Drill", "starts_at": "2030-05-01T09:00", "ends_at": "2030-05-01T11:00",
    })  # fmt: skip
    from_event.post(f"/courses/{course.id}/people/enroll", data={"user_ids": learner.id})
    enrollment = db.session.scalars(select(Enrollment)).one()
    drill = db.session.scalars(select(Subject).where(Subject.title == "Drill")).one()
    refused = client_for(learner).post(f"/learn/{enrollment.id}/subjects/{drill.id}/done")
    assert (refused.status_code, "instructor confirms" in refused.text) == (409, True)
    page = from_event.post(f"/courses/{course.id}/people/{enrollment.id}/attended/{drill.id}", follow_redirects=True)
    assert "Attendance is confirmed" in page.text


def test_subjects_are_put_in_another_order(client_for, author, course):
    first, second = factories.subject(course, author, "First"), factories.subject(course, author, "Second")
    client = client_for(author)
    client.post(f"/courses/{course.id}/subjects/order", data={"order": f"{second.id},{first.id}"})
    db.session.expire_all()
    assert (second.position, first.position) == (1, 2)
    client.post(f"/courses/{course.id}/subjects/order", data={"move": f"{first.id}:up"})
    db.session.expire_all()
    assert (first.position, second.position) == (1, 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"title": ""}, "Fill this in."),
        ({"title": "   "}, "Fill this in."),
        ({}, "Fill this in."),
        ({"title": "x" * 1_000_000}, "Use at most 200 characters."),
        ({"title": "Good", "summary": "x" * 2000}, "Use at most 1000 characters."),
    ],
)
def test_bad_input_gets_a_message_beside_the_field_and_nothing_is_written(client_for, author, data, message):
    client = client_for(author)
    before = number_of(Change)
    page = client.post("/courses/new", data=data)
    assert re.search(rf'class="field-error"[^>]*>.*?{re.escape(message)}', page.text, re.DOTALL)
    assert (number_of(Course), number_of(Change)) == (0, before)


@pytest.mark.parametrize("content_id", ["999999", "abc", "-1", ""])
def test_an_unknown_content_is_refused(client_for, author, course, content_id):
    page = client_for(author).post(f"/courses/{course.id}/subjects/new", data={"title": "X", "content_id": content_id})
    assert "field-error" in page.text
    assert number_of(Subject) == 0


def test_another_organizations_content_is_refused(client_for, author, course, stranger):
    foreign = factories.some_content(stranger)
    page = client_for(author).post(f"/courses/{course.id}/subjects/new", data={"title": "X", "content_id": foreign.id})
    assert "Choose one from the list." in page.text
    assert number_of(Subject) == 0


def test_an_event_that_ends_before_it_starts_leaves_neither_event_nor_subject(client_for, author, course):
    page = client_for(author).post(f"/courses/{course.id}/subjects/new-event", data={
        "title": "Back to front", "starts_at": "2030-05-01T11:00", "ends_at": "2030-05-01T09:00",
    })  # fmt: skip
    assert "The end must be after the start." in page.text
    assert (number_of(Event), number_of(Subject)) == (0, 0)


@pytest.mark.parametrize("what", ["", "/edit", "/people/", "/activity", "/subjects/new", "/people/enroll"])
def test_another_organizations_course_does_not_exist(client_for, stranger, course, what):
    assert client_for(stranger).get(f"/courses/{course.id}{what}").status_code == 404


@pytest.mark.parametrize("act", ["publish", "archive", "delete", "reopen", "people/me", "subjects/order"])
def test_nor_can_anything_be_done_to_it(client_for, stranger, course, act):
    client = client_for(stranger)
    before = number_of(Change)
    assert client.post(f"/courses/{course.id}/{act}").status_code == 404
    assert number_of(Change) == before


def test_somebody_of_another_organization_cannot_be_enrolled(client_for, author, stranger):
    course = factories.open_course(author)
    response = client_for(author).post(f"/courses/{course.id}/people/enroll", data={"user_ids": stranger.id})
    assert response.status_code == 422
    assert number_of(Enrollment) == 0


def test_a_learner_may_not_edit_and_does_not_see_a_draft(client_for, learner, course):
    client = client_for(learner)
    assert client.get("/courses/new").status_code == 403
    assert client.get(f"/courses/{course.id}").status_code == 404


def test_a_course_with_people_is_archived_not_deleted(client_for, author, learner):
    course = factories.open_course(author)
    client = client_for(author)
    client.post(f"/courses/{course.id}/people/enroll", data={"user_ids": learner.id})
    response = client.post(f"/courses/{course.id}/delete")
    assert (response.status_code, "Archive it instead" in response.text) == (409, True)


@pytest.mark.parametrize("path", ["/courses/", "/contents/", "/results/", "/people/", "/learn/", "/activity/"])
def test_a_list_runs_the_same_number_of_statements_whatever_its_length(client_for, author, statements, path):
    client = client_for(author)

    def visit() -> int:
        client.get(path)
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    factories.open_course(author, self_enrollment=True)
    few = visit()
    for number in range(8):
        factories.open_course(author, title=f"Course {number}", self_enrollment=True)
        factories.user(author.organization)
    assert visit() == few

"""The team matrix: whom a manager sees, what a cell says, and what can be done from it."""

import re

import pytest
from sqlalchemy import select

from lms import accounts
from lms.accounts import DepartmentAttrs
from lms.courses import Enrollment
from lms.db import db
from lms.reminders import ReminderLetter
from tests import factories
from tests.compliance import world


def people_in(page) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]*)', page.text)


def test_a_manager_sees_the_own_department_and_those_below(client_for, organization, admin, head, nurse, bls):
    kitchen = accounts.create_department(DepartmentAttrs(name="Kitchen"), admin)
    world.move(factories.user(organization, "Koos Cook"), admin, department_id=kitchen.id)
    world.settle()
    client = client_for(head)
    assert set(people_in(client.get("/team/"))) == {"Hans Head", "Nina Nurse"}
    assert people_in(client.get(f"/team/?department={nurse.department_id}")) == ["Nina Nurse"]
    assert "Koos Cook" not in people_in(client.get(f"/team/?department={kitchen.id}"))
    assert "Koos Cook" in people_in(client_for(admin).get("/team/"))


def test_a_manager_without_a_department_reads_what_to_do(client_for, organization, bls):
    manager = factories.user(organization, "Max Manager", "manager")
    page = client_for(manager).get("/team/")
    assert "You have no department yet" in page.text
    assert people_in(page) == []


def test_states_have_a_word_and_an_icon(client_for, head, nurse, obtains):
    obtains(nurse, -10)
    page = client_for(head).get("/team/?sort=name")
    cells = re.findall(r'js-cell"[^>]*>.*?#([a-z-]+)"></use></svg><span>([^<]*)', page.text)
    assert cells == [("x-circle", "Missing"), ("check-circle", "Compliant")]


def test_filters_and_sorts(client_for, organization, admin, head, nurse, obtains, bls):
    obtains(nurse, -10)
    client = client_for(head)
    assert people_in(client.get("/team/?state=missing")) == ["Hans Head"]
    assert people_in(client.get("/team/?q=nin")) == ["Nina Nurse"]
    assert people_in(client.get("/team/?sort=-name")) == ["Nina Nurse", "Hans Head"]
    assert people_in(client.get("/team/")) == ["Hans Head", "Nina Nurse"]  # worst first
    assert "Nobody matches" in client.get("/team/?state=exempt").text
    assert client.get("/team/?state=nonsense&department=x&qualification=-1").status_code == 200


def test_a_cell_says_why_and_every_time_it_was_obtained(client_for, head, nurse, obtains, bls):
    obtains(nurse, -10)
    client = client_for(head)
    for headers in ({}, {"X-Part": "1"}):
        page = client.get(f"/team/{nurse.id}/{bls.id}", headers=headers)
        assert "by the course BLS course of" in page.text
        assert "Counted from the day it was obtained" in page.text
    assert "<html" not in page.text


def test_enrolling_from_the_cell(client_for, head, nurse, bls, bls_course):
    client = client_for(head)
    page = client.post(
        f"/team/{nurse.id}/{bls.id}/enroll", data={"from": "?state=missing"}, follow_redirects=False
    )
    assert page.headers["Location"] == "/team/?state=missing"
    enrollment = db.session.scalars(select(Enrollment).where(Enrollment.user_id == nurse.id)).one()
    assert (enrollment.course_id, enrollment.enrolled_by_id) == (bls_course.id, head.id)


@pytest.mark.parametrize("where", ["https://evil.example", "//evil.example", "", "?" + "x" * 2000])
def test_the_way_back_never_leads_elsewhere(client_for, head, nurse, bls, where):
    page = client_for(head).post(f"/team/{nurse.id}/{bls.id}/enroll", data={"from": where})
    assert page.headers["Location"] == f"/team/{nurse.id}/{bls.id}"


def test_a_reminder_from_the_cell_once_a_day(client_for, head, nurse, bls):
    client = client_for(head)
    page = client.post(f"/team/{nurse.id}/{bls.id}/remind", follow_redirects=True)
    assert "Nina Nurse gets a note and a mail." in page.text
    assert "Reminded today" in page.text
    assert client.post(f"/team/{nurse.id}/{bls.id}/remind").status_code == 409
    letter = db.session.scalars(select(ReminderLetter)).one()
    assert (letter.user_id, letter.kind) == (nurse.id, "asked_to_renew")


def test_who_does_not_look_after_somebody_does_not_see_them(
    client_for, organization, admin, author, stranger, learner, nurse, bls
):
    kitchen = accounts.create_department(DepartmentAttrs(name="Kitchen"), admin)
    cook = world.move(factories.user(organization, "Karin Cook", "manager"), admin, department_id=kitchen.id)
    for person, status in ((cook, 403), (author, 403), (learner, 403), (stranger, 404)):
        client = client_for(person)
        assert client.get(f"/team/{nurse.id}/{bls.id}").status_code == status
        assert client.post(f"/team/{nurse.id}/{bls.id}/enroll").status_code == status
        assert client.post(f"/team/{nurse.id}/{bls.id}/remind").status_code == status
    assert client_for(author).get("/team/").status_code == 403


def test_the_number_of_statements_does_not_grow(client_for, organization, admin, head, nurse, bls, statements):
    client = client_for(head)
    counts = []
    for _ in range(2):
        for number in range(4):
            world.move(factories.user(organization, f"More {number}"), admin, department_id=nurse.department_id)
        world.settle()
        statements.clear()
        assert client.get("/team/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]

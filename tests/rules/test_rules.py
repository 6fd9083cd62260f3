"""Enrollment rules: who is enrolled and taken out as people come, move and leave, and why."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from lms import accounts, courses, notifications, results, rules
from lms.accounts import DepartmentAttrs, JobFunctionAttrs, User, UserAttrs
from lms.courses import Enrollment
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.errors import Invalid, NotAllowed
from lms.events import Change, EventCenter
from lms.rules import Rule, RuleAttrs, RuleEnrollment
from tests import factories


def follow() -> None:
    """Deliver every change to the rules subscriber, then let the job do what it was left."""
    db.session.commit()
    deliver(EventCenter.subscribers["rules"], list(db.session.scalars(select(Change.id))))
    while rules.apply_some():
        pass


def people_in(course) -> list[str]:
    """Names of those enrolled."""
    db.session.rollback()
    statement = select(User.name).join(Enrollment, Enrollment.user_id == User.id)
    return sorted(db.session.scalars(statement.where(Enrollment.course_id == course.id)))


@pytest.fixture
def course(author):
    return factories.open_course(author)


@pytest.fixture
def care(admin):
    """Care, which has a ward, which has a room."""
    top = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    ward = accounts.create_department(DepartmentAttrs(name="Ward", parent_id=top.id), admin)
    room = accounts.create_department(DepartmentAttrs(name="Room", parent_id=ward.id), admin)
    office = accounts.create_department(DepartmentAttrs(name="Office"), admin)
    return {"care": top, "ward": ward, "room": room, "office": office}


def person(admin, name: str, department=None, **attrs) -> User:
    """Somebody in a department."""
    given = {"name": name, "email": f"{name.lower()}@harbour.example", "department_id": department and department.id}
    return accounts.create_user(UserAttrs(**given | attrs), admin.organization_id, "x", admin)


def move(user: User, admin: User, **attrs) -> None:
    """Change somebody's department, job function or roles."""
    fields = ("name", "email", "roles", "locale", "timezone", "department_id", "job_function_id")
    given = {name: getattr(user, name) for name in fields}
    accounts.update_user(user, UserAttrs(**given | attrs), admin)


@pytest.fixture
def rule(author, course, care):
    """Everyone in Care and below, and out again who leaves."""
    return rules.create_rule(course, RuleAttrs(kind="department", value=str(care["care"].id), removes=True), author)


def test_everyone_in_the_department_and_below_is_enrolled_and_nobody_else(admin, course, care, rule):
    for name, place in (("Ann", "care"), ("Bob", "ward"), ("Cleo", "room"), ("Dan", "office")):
        person(admin, name, care[place])
    person(admin, "Eve")
    follow()
    assert people_in(course) == ["Ann", "Bob", "Cleo"]
    follow()
    assert people_in(course) == ["Ann", "Bob", "Cleo"]


def test_who_moves_in_is_enrolled_and_who_moves_out_leaves(admin, course, care, rule):
    bob = person(admin, "Bob", care["office"])
    follow()
    move(bob, admin, department_id=care["room"].id)
    follow()
    assert people_in(course) == ["Bob"]
    move(bob, admin, department_id=care["office"].id)
    follow()
    assert people_in(course) == []


def test_who_has_results_or_another_reason_or_was_there_before_stays(admin, author, course, care, rule):
    names = ("Results", "Reason", "Before", "Nothing")
    people = {name: person(admin, name, care["office"]) for name in names}
    courses.enroll(course, [people["Before"].id], author)
    rules.create_rule(course, RuleAttrs(kind="role", value="auditor"), author)
    for user in people.values():
        move(user, admin, department_id=care["care"].id)
    move(people["Reason"], admin, roles=["auditor"])
    follow()
    enrollment = db.session.scalars(select(Enrollment).where(Enrollment.user_id == people["Results"].id)).one()
    results.finish_content(enrollment, course.subjects[0], people["Results"])
    for user in people.values():
        move(user, admin, department_id=care["office"].id)
    follow()
    assert people_in(course) == ["Before", "Reason", "Results"]


def test_without_the_choice_nobody_is_taken_out(admin, author, course, care):
    rules.create_rule(course, RuleAttrs(kind="department", value=str(care["care"].id)), author)
    bob = person(admin, "Bob", care["care"])
    follow()
    move(bob, admin, department_id=None)
    follow()
    assert people_in(course) == ["Bob"]


def test_a_department_that_moves_takes_its_people_along(admin, course, care, rule):
    person(admin, "Dan", care["office"])
    follow()
    accounts.update_department(care["office"], DepartmentAttrs(name="Office", parent_id=care["ward"].id), admin)
    follow()
    assert people_in(course) == ["Dan"]
    accounts.update_department(care["office"], DepartmentAttrs(name="Office"), admin)
    follow()
    assert people_in(course) == []


def test_who_is_deactivated_leaves_and_who_comes_back_returns(admin, course, care, rule):
    bob = person(admin, "Bob", care["care"])
    follow()
    accounts.deactivate_user(bob, admin)
    follow()
    assert people_in(course) == []
    accounts.activate_user(bob, admin)
    follow()
    assert people_in(course) == ["Bob"]


def test_job_function_role_and_everyone(admin, author, care):
    nurse = accounts.create_job_function(JobFunctionAttrs(name="Nurse"), admin)
    person(admin, "Ann", job_function_id=nurse.id)
    person(admin, "Bob", roles=["manager"])
    found = {}
    for kind, value in (("job_function", str(nurse.id)), ("role", "manager"), ("everyone", "")):
        course = factories.open_course(author, title=kind)
        rules.create_rule(course, RuleAttrs(kind=kind, value=value), author)
        follow()
        found[kind] = people_in(course)
    assert found == {
        "job_function": ["Ann"], "role": ["Bob"], "everyone": ["Ada Admin", "Ann", "Arthur Author", "Bob"],
    }  # fmt: skip


def test_a_draft_enrolls_nobody_until_it_opens(admin, author, care):
    draft = factories.course(author)
    factories.subject(draft, author)
    rules.create_rule(draft, RuleAttrs(kind="department", value=str(care["care"].id)), author)
    person(admin, "Ann", care["care"])
    follow()
    assert people_in(draft) == []
    courses.publish_course(draft, author)
    follow()
    assert people_in(draft) == ["Ann"]


def test_nobody_of_another_organization_is_enrolled(stranger, author, course):
    rules.create_rule(course, RuleAttrs(kind="everyone"), author)
    follow()
    assert stranger.name not in people_in(course)


def test_due_dates_are_a_day_or_days_after_enrollment_and_follow_the_rule(admin, author, course, care, rule):
    person(admin, "Ann", care["care"])
    attrs = {"kind": "department", "value": str(care["care"].id), "removes": True}
    rules.update_rule(rule, RuleAttrs(**attrs, due_days=30), author)
    follow()
    assert due() == (utcnow().astimezone(ZoneInfo("Europe/Amsterdam")) + timedelta(days=30)).date()
    rules.update_rule(rule, RuleAttrs(**attrs, due_on=date(2030, 1, 31)), author)
    follow()
    assert due() == date(2030, 1, 31)


def due() -> date | None:
    db.session.rollback()
    return db.session.scalars(select(Enrollment.due_on)).one()


def test_being_enrolled_by_a_rule_is_told_and_explained(admin, client_for, course, care, rule):
    ann = person(admin, "Ann", care["ward"])
    follow()
    deliver(EventCenter.subscribers["notifications"], list(db.session.scalars(select(Change.id))))
    assert notifications.unread_count(ann) == 1
    page = client_for(admin).get(f"/people/{ann.id}").text
    assert "Enrolled because everyone in Care and below takes this course." in page


def test_many_people_are_enrolled_in_chunks_and_a_kill_in_between_costs_nothing(admin, author, course, monkeypatch):
    monkeypatch.setattr(rules.applying, "CHUNK", 3)
    for number in range(8):
        person(admin, f"P{number}")
    rules.create_rule(course, RuleAttrs(kind="everyone"), author)
    db.session.commit()
    assert rules.apply_some()
    assert db.session.scalar(select(func.count(Enrollment.id))) == 3
    follow()
    assert len(people_in(course)) == 10
    assert db.session.scalar(select(func.count()).select_from(RuleEnrollment)) == 10
    created = select(func.count(Change.id)).where(Change.object_type == "Enrollment", Change.action == "created")
    assert db.session.scalar(created) == 10


def test_following_one_person_takes_as_many_statements_in_a_large_organization(admin, course, care, rule, statements):
    numbers = []
    for size in (1, 30):
        for number in range(size):
            person(admin, f"P{size}x{number}", care["care"])
        follow()
        bob = person(admin, f"Bob{size}", care["care"])
        change = db.session.scalar(select(func.max(Change.id)))
        before = len(statements)
        deliver(EventCenter.subscribers["rules"], [change])
        numbers.append(len(statements) - before)
        assert bob.name in people_in(course)
    assert numbers[0] == numbers[1]


def test_a_preview_says_who_would_come_and_go_and_changes_nothing(admin, author, course, care, rule):
    people = {name: person(admin, name, care["care"]) for name in ("Ann", "Bob")}
    person(admin, "Dan", care["office"])
    follow()
    enrollment = db.session.scalars(select(Enrollment).where(Enrollment.user_id == people["Bob"].id)).one()
    results.finish_content(enrollment, course.subjects[0], people["Bob"])
    attrs = RuleAttrs(kind="department", value=str(care["office"].id), removes=True)
    found = rules.preview(course, attrs, author, rule)
    assert (found.matching, found.added, found.added_names) == (1, 1, ["Dan"])
    assert (found.removed, found.removed_names, found.kept_with_results) == (1, ["Ann"], 1)
    assert people_in(course) == ["Ann", "Bob"]
    rules.update_rule(rule, attrs, author)
    follow()
    assert people_in(course) == ["Bob", "Dan"]


def test_the_page_shows_the_preview_first_and_then_saves(client_for, admin, author, course, care):
    person(admin, "Ann", care["ward"])
    client = client_for(author)
    data = {"kind": "department", "value_department": str(care["care"].id), "due_days": "14"}
    page = client.post(f"/courses/{course.id}/rules/new", data=data | {"preview": "1"}).text
    assert "1 person matches." in page
    assert "Ann" in page
    assert db.session.scalars(select(Rule)).all() == []
    client.post(f"/courses/{course.id}/rules/new", data=data | {"save": "1"})
    saved = db.session.scalars(select(Rule)).one()
    assert (saved.kind, saved.due_days) == ("department", 14)
    assert "Everyone in Care and below takes this course" in client.get(f"/courses/{course.id}/rules/").text
    client.post(f"/courses/{course.id}/rules/{saved.id}/delete")
    assert db.session.scalars(select(Rule)).all() == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "department", "value_department": "999"}, "Choose one from the list."),
        ({"kind": "nonsense"}, "Choose one from the list."),
        ({"kind": "everyone", "due_on": "2030-01-01", "due_days": "3"}, "Give a date or a number of days, not both."),
        ({"kind": "everyone", "due_days": "0"}, "Give a number of days from 1 to 3650."),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(client_for, author, course, data, message):
    page = client_for(author).post(f"/courses/{course.id}/rules/new", data=data | {"save": "1"}).text
    assert message in page
    assert db.session.scalars(select(Rule)).all() == []


def test_only_who_may_edit_the_course_makes_rules(client_for, learner, stranger, author, course, rule):
    with pytest.raises(NotAllowed):
        rules.create_rule(course, RuleAttrs(kind="everyone"), learner)
    with pytest.raises(Invalid):
        rules.create_rule(course, RuleAttrs(kind="role", value="king"), author)
    assert client_for(learner).get(f"/courses/{course.id}/rules/").status_code == 403
    for path in ("", "new", str(rule.id)):
        assert client_for(stranger).get(f"/courses/{course.id}/rules/{path}").status_code == 404

"""Reminders before and after a due date and the managers told, once each, by the organization's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms import accounts, courses, notifications, rules
from lms.accounts import DepartmentAttrs
from lms.courses import Enrollment
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.notifications import Mail
from lms.rules import DueReminder
from tests import factories
from tests.rules.test_rules import person

DUE = date(2030, 3, 31)
"""The day on which Amsterdam changes to summer time."""


def on(days: int, hour: int = 9) -> datetime:
    """So many days after the due date (or before it, when negative)."""
    return datetime(DUE.year, DUE.month, DUE.day, hour, tzinfo=UTC) + timedelta(days=days)


@pytest.fixture
def enrollment(admin, author) -> Enrollment:
    """Bob of a ward in Care, whose course is due; Mia leads Care, and Max too but he has left."""
    care = accounts.create_department(DepartmentAttrs(name="Care"), admin)
    ward = accounts.create_department(DepartmentAttrs(name="Ward", parent_id=care.id), admin)
    person(admin, "Mia", care, roles=["manager"])
    accounts.deactivate_user(person(admin, "Max", care, roles=["manager"]), admin)
    course = factories.open_course(author, subjects=1)
    [row] = courses.enroll(course, [person(admin, "Bob", ward).id], author)
    row.due_on = DUE
    db.session.commit()
    return row


def reminders() -> list[tuple[str, int, list[str]]]:
    db.session.rollback()
    rows = db.session.scalars(select(DueReminder).order_by(DueReminder.id))
    return [(row.kind, row.days, list(accounts.names(set(row.told)).values())) for row in rows]


def test_the_learner_is_reminded_before_and_after_and_then_the_manager_is_told(enrollment):
    days = [days for days in range(-30, 31) if rules.remind(on(days))]
    assert days == [-7, -1, 1, 7]
    assert reminders() == [
        ("due_soon", 7, ["Bob"]), ("due_soon", 1, ["Bob"]), ("overdue", 1, ["Bob"]), ("overdue", 7, ["Bob"]),
        ("escalation", 7, ["Mia"]),
    ]  # fmt: skip


def test_once_each_however_often_the_job_runs_and_late_when_it_did_not(enrollment):
    for _ in range(3):
        rules.remind(on(-7))
    assert len(reminders()) == 1
    rules.remind(on(3))
    assert reminders()[1:] == [("overdue", 1, ["Bob"])]
    rules.remind(on(25))
    assert len(reminders()) == 2, "after some days a reminder is not news any more"


def test_a_day_is_that_of_the_organizations_calendar(enrollment):
    assert rules.remind(on(-8, 22)) == 0, "the day of the organization begins an hour later in winter"
    assert rules.remind(on(-8, 23)) == 1
    assert rules.remind(on(1, 0) - timedelta(hours=3)) == 1, "in summer two hours before that of UTC: late for -1"


def test_who_is_done_or_has_left_is_not_reminded(admin, enrollment):
    enrollment.completed_at = utcnow()
    db.session.commit()
    assert rules.remind(on(-7)) == 0
    enrollment.completed_at = None
    db.session.commit()
    accounts.deactivate_user(enrollment.user, admin)
    assert rules.remind(on(-7)) == 0


def test_a_new_due_date_is_reminded_of_anew(enrollment):
    rules.remind(on(-7))
    enrollment.due_on = DUE + timedelta(days=10)
    db.session.commit()
    assert rules.remind(on(3)) == 1


def test_the_mails_name_the_course_and_the_day_in_the_readers_language(app, enrollment):
    rules.remind(on(-7))
    rules.remind(on(7))
    deliver(EventCenter.subscribers["notifications"], list(db.session.scalars(select(Change.id))))
    told = {}
    for mail in db.session.scalars(select(Mail).where(Mail.kind.in_(("due_soon", "overdue", "escalation")))):
        told.setdefault(mail.user.name, []).append(notifications.rendered(mail, app.config).subject)
    assert told == {
        "Bob": ["Fire safety is due on March 31, 2030", "Fire safety was due on March 31, 2030"],
        "Mia": ["Bob is late with Fire safety"],
    }


def test_a_manager_hears_of_several_people_in_one_mail(app, post, admin, author, enrollment):
    other = person(admin, "Cleo", enrollment.user.department)
    [row] = courses.enroll(enrollment.course, [other.id], author)
    row.due_on = DUE
    db.session.commit()
    rules.remind(on(7))
    deliver(EventCenter.subscribers["notifications"], list(db.session.scalars(select(Change.id))))
    notifications.send_waiting(app.config, clock=lambda: utcnow() + timedelta(minutes=6))
    [message] = [message for message in post.received if "Mia" in str(message["To"])]
    text = message.get_body(("plain",)).get_content()
    assert "Bob should have finished" in text
    assert "Cleo should have finished" in text


def test_a_manager_is_not_their_own_and_the_next_one_above_hears(admin, enrollment):
    team_lead = person(admin, "Tom", enrollment.user.department, roles=["manager"])
    managers = rules.Managers(admin.organization_id)
    names = accounts.names(set(managers.of(enrollment.user) + managers.of(team_lead)))
    assert names[managers.of(enrollment.user)[0]] == "Tom"
    assert names[managers.of(team_lead)[0]] == "Mia"


def test_an_organization_sets_its_days(client_for, admin, enrollment):
    client = client_for(admin)
    page = client.get("/notifications/defaults").text
    assert 'value="7, 1"' in page
    data = {"at": "07:00", "weekday": "0", "before": "14", "after": "", "escalate": "3"}
    client.post("/notifications/defaults", data=data)
    assert [days for days in range(-30, 31) if rules.remind(on(days))] == [-14, 3]
    wrong = client.post("/notifications/defaults", data=data | {"before": "soon"}).text
    assert "Give numbers of days" in wrong

"""Who is told of what expires: the person and the nearest manager, once for each number of days."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from lms import accounts, create_app, reminders
from lms.accounts import DepartmentAttrs
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.notifications import Mail, Notification
from lms.reminders import ExpiryReminder, Managers, PlanAttrs, ReminderLetter
from tests import factories, services
from tests.reminders.conftest import TODAY, making, move, put


def letters(user=None) -> list[ReminderLetter]:
    statement = select(ReminderLetter).order_by(ReminderLetter.id)
    return list(db.session.scalars(statement.where(ReminderLetter.user_id == user.id) if user else statement))


def remind(organization, day=TODAY) -> int:
    return reminders.remind(organization.id, day)


@pytest.mark.parametrize(
    ("left", "days"),
    [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_the_fewest_days_that_are_reached_are_told(organization, nurse, expires, left, days):
    expires(nurse, left)
    remind(organization)
    told = list(db.session.scalars(select(ExpiryReminder.days)))
    assert told == ([] if days is None else [days])


def test_the_person_and_the_nearest_manager_are_told(organization, nurse, head, expires):
    expires(nurse, 30)
    remind(organization)
    [own], [team] = letters(nurse), letters(head)
    assert own.kind == "expiring"
    assert own.params["qualification"] == "Basic life support"
    assert own.params["due"] == "2026-07-01"
    assert (team.kind, team.params["number"]) == ("team_expiring", 1)
    assert "Nina Nurse: Basic life support (2026-07-01)" in team.params["list"]


def test_a_manager_reads_one_letter_about_everybody(organization, admin, ward, nurse, head, expires):
    other = put(factories.user(organization, "Otto Other"), ward.id, admin)
    expires(nurse, 30)
    expires(other, 5)
    expires(other, 60, "Lifting")
    remind(organization)
    [team] = letters(head)
    assert team.params["number"] == 3
    assert team.params["list"].startswith("Otto Other")


def test_a_manager_of_the_department_itself_goes_before_one_above(organization, admin, ward, nurse, head, expires):
    near = put(factories.user(organization, "Nora Near", "manager"), ward.id, admin)
    expires(nurse, 30)
    expires(near, 30)
    remind(organization)
    assert [letter.kind for letter in letters(near)] == ["expiring", "team_expiring"]
    assert letters(near)[1].params["number"] == 1
    assert "Nora Near" in letters(head)[0].params["list"]  # her own manager is the one above


def test_running_again_tells_nobody_again(organization, nurse, head, expires):
    expires(nurse, 30)
    assert remind(organization) == 2
    assert remind(organization) == 0
    assert remind(organization, TODAY + timedelta(days=1)) == 0
    assert remind(organization, TODAY + timedelta(days=23)) == 2
    assert [reminder.days for reminder in db.session.scalars(select(ExpiryReminder).order_by(ExpiryReminder.id))] == [
        30, 30, 7, 7,
    ]  # fmt: skip


def test_a_run_that_missed_some_days_makes_up_for_them_with_one_reminder(organization, nurse, expires):
    expires(nurse, 89)
    remind(organization)
    remind(organization, TODAY + timedelta(days=84))
    assert [letter.params["days"] for letter in letters(nurse)] == [89, 5]


def test_another_last_day_is_something_new(organization, nurse, expires):
    holding = expires(nurse, 7)
    remind(organization)
    move(holding, TODAY + timedelta(days=60))
    assert remind(organization) == 1


def test_nobody_is_told_of_days_before_they_obtained_it(organization, nurse, expires):
    holding = expires(nurse, 20)
    holding.valid_from = TODAY - timedelta(days=5)  # it lasts 25 days in all
    db.session.commit()
    assert remind(organization) == 0
    assert remind(organization, TODAY + timedelta(days=13)) == 1


@pytest.mark.parametrize("state", ["exempt", "not_required", "expired"])
def test_what_is_not_asked_or_over_is_left_alone(organization, nurse, expires, state):
    expires(nurse, 30, state=state)
    assert remind(organization) == 0


def test_who_left_is_not_told(organization, admin, nurse, head, expires):
    expires(nurse, 30)
    accounts.deactivate_user(nurse, admin)
    assert remind(organization) == 0


def test_the_days_are_the_organizations_to_choose(organization, admin, nurse, head, expires):
    reminders.save_plan(PlanAttrs(days="14, 3", to_managers=False), admin)
    expires(nurse, 30)
    assert remind(organization) == 0
    assert remind(organization, TODAY + timedelta(days=16)) == 1
    assert letters(head) == []
    reminders.save_plan(PlanAttrs(days=""), admin)
    assert remind(organization, TODAY + timedelta(days=28)) == 0


def test_reminders_wait_for_the_morning_where_the_organization_is(organization, nurse, expires):
    expires(nurse, 30)
    day = datetime(2026, 6, 1, tzinfo=UTC)
    assert reminders.remind_all(day.replace(hour=4)) == 0  # 6 o'clock in Amsterdam
    assert reminders.remind_all(day.replace(hour=5)) == 1
    assert reminders.remind_all(day.replace(hour=6)) == 0


def test_a_run_that_is_killed_is_made_up_for_and_nobody_hears_twice(organization, nurse, head, expires):
    expires(nurse, 30)
    expires(nurse, 60, "Lifting")

    class Killed(BaseException):
        pass

    def kill(session):
        raise Killed

    event.listen(db.session, "before_commit", kill)
    try:
        with pytest.raises(Killed):
            reminders.remind_all(datetime(2026, 6, 1, 9, tzinfo=UTC))
    finally:
        event.remove(db.session, "before_commit", kill)
    db.session.rollback()
    assert letters() == []
    assert db.session.scalar(select(func.count()).select_from(ExpiryReminder)) == 0
    assert reminders.remind_all(datetime(2026, 6, 1, 9, tzinfo=UTC)) == 3
    assert reminders.remind_all(datetime(2026, 6, 1, 10, tzinfo=UTC)) == 0


def test_a_letter_becomes_one_note_and_one_mail(organization, nurse, expires):
    expires(nurse, 30)
    remind(organization)
    subscriber = EventCenter.subscribers["reminders"]
    ids = list(db.session.scalars(select(Change.id)))
    deliver(subscriber, ids)
    deliver(subscriber, ids)
    [note] = db.session.scalars(select(Notification).where(Notification.user_id == nurse.id))
    [mail] = db.session.scalars(select(Mail).where(Mail.user_id == nurse.id))
    assert (note.kind, mail.kind) == ("expiring", "expiring")
    assert note.params["qualification"] == "Basic life support"


def test_the_number_of_statements_does_not_grow_with_the_people(organization, admin, ward, head, expires, statements):
    counts = []
    for number in (1, 5):
        for _ in range(number):
            expires(put(factories.user(organization), ward.id, admin), 30)
        statements.clear()
        remind(organization)
        counts.append(len([text for text in statements if text.startswith("SELECT")]))
    assert counts[0] == counts[1]


def test_managers_are_found_by_the_tree(organization, admin, ward, nurse, head):
    sister = accounts.create_department(DepartmentAttrs(name="Kitchen"), admin)
    managers = Managers(organization.id)
    assert managers.of(nurse.id, ward.id) == [head.id]
    assert managers.of(head.id, ward.parent_id) == []
    assert managers.of(nurse.id, sister.id) == []
    assert managers.of(nurse.id, None) == []
    assert managers.below(ward.parent_id) == {ward.parent_id, ward.id}


@pytest.mark.services
def test_two_runs_at_the_same_moment_tell_each_person_once(tmp_path):
    with services.own_database() as url:
        uri = url.replace("postgresql://", "postgresql+psycopg://", 1)
        app = create_app(SQLALCHEMY_DATABASE_URI=uri, BROKER_URL=None, INSTANCE=tmp_path, SECRET_KEY="not a secret")
        with app.app_context():
            db.create_all()
            organization_id = _people_whose_qualifications_end()
        together = threading.Barrier(2)

        def run() -> None:
            with app.app_context():
                together.wait(10)
                reminders.remind(organization_id, TODAY)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        with app.app_context():
            told = list(db.session.scalars(select(ReminderLetter.user_id)))
            db.engine.dispose()
    assert len(told) == 40
    assert len(set(told)) == 40


def _people_whose_qualifications_end() -> int:
    organization = factories.organization("Parallel")
    make = making(organization)
    for number in range(40):
        make(factories.user(organization, f"Person {number}"), 30)
    return organization.id

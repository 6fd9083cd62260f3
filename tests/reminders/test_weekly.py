"""The weekly summary, and asking somebody by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms import reminders
from lms.db import db
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.reminders import PlanAttrs, ReminderLetter
from tests.reminders.conftest import TODAY


def summaries(user) -> list[ReminderLetter]:
    return list(
        db.session.scalars(
            select(ReminderLetter)
            .where(ReminderLetter.user_id == user.id, ReminderLetter.kind == "team_summary")
            .order_by(ReminderLetter.id)
        )
    )


def test_a_manager_reads_once_a_week_how_the_team_stands(organization, nurse, head, expires):
    expires(nurse, 200)
    expires(nurse, 20, "Lifting", "expiring")
    expires(nurse, -5, "Fire safety", "expired")
    expires(nurse, -9, "Hygiene", "exempt")
    for day in range(7):
        reminders.summarize(organization.id, TODAY + timedelta(days=day))  # the first of June 2026 is a Monday
    [letter] = summaries(head)
    assert letter.params == {
        "percent": "66%", "good": 2, "total": 3, "expired": 1, "missing": 0, "in_grace": 0, "expiring": 1,
    }  # fmt: skip
    reminders.summarize(organization.id, TODAY + timedelta(days=7))
    assert len(summaries(head)) == 2


def test_it_waits_for_the_day_and_the_hour(organization, admin, nurse, head, expires):
    reminders.save_plan(PlanAttrs(days="30", weekday=2), admin)
    expires(nurse, 200)
    assert reminders.summarize_all(datetime(2026, 6, 2, 12, tzinfo=UTC)) == 0
    assert reminders.summarize_all(datetime(2026, 6, 3, 3, tzinfo=UTC)) == 0
    assert reminders.summarize_all(datetime(2026, 6, 3, 12, tzinfo=UTC)) == 1
    assert reminders.summarize_all(datetime(2026, 6, 4, 12, tzinfo=UTC)) == 0


def test_a_manager_without_a_team_and_an_organization_that_wants_none_hear_nothing(
    organization, admin, nurse, head, expires
):
    assert reminders.summarize(organization.id, TODAY) == 0
    expires(nurse, 200)
    reminders.save_plan(PlanAttrs(days="30", weekly=False), admin)
    assert reminders.summarize_all(datetime(2026, 6, 3, 12, tzinfo=UTC)) == 0


def test_a_manager_asks_once_a_day(nurse, head, expires):
    holding = expires(nurse, 20)
    letter = reminders.ask_to_renew(nurse.id, holding.qualification_id, head)
    assert (letter.user_id, letter.params["actor"]) == (nurse.id, "Hans Head")
    with pytest.raises(Conflict):
        reminders.ask_to_renew(nurse.id, holding.qualification_id, head)
    lately = reminders.asked_lately({holding.qualification_id}, head.organization_id)
    assert lately == {(nurse.id, holding.qualification_id)}


def test_who_may_ask_whom(organization, admin, learner, stranger, nurse, expires):
    holding = expires(nurse, 20)
    with pytest.raises(NotAllowed):
        reminders.ask_to_renew(nurse.id, holding.qualification_id, learner)
    with pytest.raises(NotFound):
        reminders.ask_to_renew(nurse.id, holding.qualification_id, stranger)
    with pytest.raises(NotFound):
        reminders.ask_to_renew(stranger.id, holding.qualification_id, admin)


@pytest.mark.parametrize("days", ["soon", "1,2,3,4,5,6,7,8,9", "-5", "9999", "1.5"])
def test_days_that_cannot_be_are_refused(days):
    with pytest.raises((Invalid, ValueError)):
        PlanAttrs(days=days)


def test_only_an_administrator_sets_the_days(learner, admin):
    with pytest.raises(NotAllowed):
        reminders.save_plan(PlanAttrs(days="30"), learner)
    assert reminders.plan_of(admin.organization_id).days == [90, 60, 30, 7]
    reminders.save_plan(PlanAttrs(days="7 30;30, 90"), admin)
    reminders.save_plan(PlanAttrs(days="7 30"), admin)
    assert reminders.plan_of(admin.organization_id).days == [30, 7]

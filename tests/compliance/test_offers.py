"""A valid qualification as a prerequisite of events, and a rule for those whose qualification expires soon."""

from datetime import UTC, datetime, time

import pytest

from lms import compliance
from lms.compliance import Qualification, SignOffAttrs
from lms.db import db
from lms.registrations import PREREQUISITES
from lms.rules import people_of
from tests import factories
from tests.compliance.world import day, qualification, settle


@pytest.fixture
def forklift(admin) -> Qualification:
    """Valid for a year from the day on which somebody saw it done."""
    return qualification(admin, "Forklift", accepts_sign_off=True, counting="completion", period="12 months")


def sign_off(forklift, user, admin, days_ago: int) -> None:
    attrs = SignOffAttrs(user_id=user.id, qualification_id=forklift.id, signed_on=day(-days_ago))
    compliance.sign_off(attrs, admin)
    settle()


def test_an_event_may_ask_for_a_qualification_that_is_valid_on_its_day(forklift, admin, learner, author):
    sign_off(forklift, learner, admin, days_ago=30)
    kind = PREREQUISITES["qualification"]
    assert (forklift.id, "Forklift") in kind.options(admin.organization_id)

    def holders(in_days: int) -> set[int]:
        return kind.holders(forklift.id, [learner.id, author.id], datetime.combine(day(in_days), time(12), UTC))

    assert (holders(0), holders(300), holders(400)) == ({learner.id}, {learner.id}, set())


def test_a_rule_enrolls_those_whose_qualification_expires_within_sixty_days(forklift, admin, learner, author):
    late = factories.user(admin.organization, "Late Learner", "learner")
    sign_off(forklift, learner, admin, days_ago=330)
    sign_off(forklift, author, admin, days_ago=30)
    sign_off(forklift, late, admin, days_ago=400)

    def matching() -> set[int]:
        found = people_of("expiring", admin.organization_id, {"value": str(forklift.id)})
        return set(db.session.scalars(found))

    assert matching() == {learner.id}
    sign_off(forklift, learner, admin, days_ago=0)
    assert matching() == set()

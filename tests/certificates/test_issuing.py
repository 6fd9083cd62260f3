"""One certificate for each completion and each holding; renewals, corrections, revocation."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from lms import accounts, certificates, courses
from lms.accounts import UserAttrs
from lms.certificates import Certificate, TemplateAttrs
from lms.certificates.numbers import ALPHABET, new_number, normalized
from lms.db import db
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from tests import factories
from tests.certificates.conftest import certify, change, complete, of

TODAY = datetime.now(ZoneInfo("Europe/Amsterdam")).date()  # the organization's
YEAR = timedelta(days=365)


def number_of_certificates() -> int:
    return db.session.scalar(select(func.count()).select_from(Certificate))


def test_a_completed_course_gives_one_certificate_however_often_it_is_told(author, learner):
    certificate = complete(author, learner, "Lifting")
    certify()
    certify()
    assert number_of_certificates() == 1
    assert (certificate.person, certificate.title) == ("Lea Learner", "Lifting")
    assert (certificate.kind, certificate.valid_until) == ("course", None)
    assert certificate.state(TODAY) == "valid"


def test_an_enrollment_that_is_not_completed_gives_none(author, learner):
    courses.enroll(factories.open_course(author), [learner.id], author)
    certify()
    assert number_of_certificates() == 0


def test_the_name_and_the_title_stay_as_they_were(author, learner, admin, certificate):
    attrs = UserAttrs(name="Lea Married", email=learner.email, roles=["learner"])
    accounts.update_user(learner, attrs, admin)
    certify()
    assert certificate.person == "Lea Learner"


def test_issuing_is_told_to_every_subscriber(author, learner, hold):
    holding = hold(TODAY, TODAY + YEAR)
    with EventCenter.listen() as heard:
        certify()
    assert_received(heard, "created", of(holding), None)


def test_a_renewal_has_its_own_number_and_the_old_certificate_is_superseded(hold):
    first = hold(TODAY - YEAR, TODAY)
    certify()
    second = hold(TODAY, TODAY + YEAR)
    certify()
    assert (of(first).state(TODAY), of(second).state(TODAY)) == ("superseded", "valid")
    assert of(first).superseded_by_id == of(second).id
    assert of(first).number != of(second).number


def test_a_holding_that_was_recorded_late_does_not_replace_a_newer_one(hold):
    newer = hold(TODAY, TODAY + YEAR)
    certify()
    older = hold(TODAY - YEAR, TODAY)
    certify()
    assert (of(newer).state(TODAY), of(older).state(TODAY)) == ("valid", "superseded")


def test_a_course_taken_again_supersedes_too(author, learner):
    first = complete(author, learner)
    course = db.session.get_one(courses.Course, first.about_id)
    [again] = courses.start_round(course, [learner.id], author)
    courses.complete(again, learner)
    certify()
    assert (first.state(TODAY), of(again).state(TODAY)) == ("superseded", "valid")


def test_what_is_told_at_once_is_issued_at_once_and_superseded_as_well(author, learner):
    course = factories.open_course(author, subjects=1)
    [first] = courses.enroll(course, [learner.id], author)
    courses.complete(first, learner)
    [again] = courses.start_round(course, [learner.id], author)
    courses.complete(again, learner)
    with EventCenter.listen() as heard:
        certify()
    assert (of(first).state(TODAY), of(again).state(TODAY)) == ("superseded", "valid")
    assert of(first).superseded_by_id == of(again).id
    assert [one.action for one in heard] == ["created", "created", "updated"]


def test_many_completions_are_looked_up_in_as_many_statements_as_few(author, statements):
    course = factories.open_course(author, subjects=1)

    def needed(number: int) -> int:
        people = [factories.user(author.organization, f"Person {number}-{one}", "learner") for one in range(number)]
        for person, enrollment in zip(people, courses.enroll(course, [p.id for p in people], author), strict=True):
            courses.complete(enrollment, person)
        statements.clear()
        certify()
        return len([one for one in statements if not one.startswith("INSERT")])

    assert needed(2) == needed(9)
    assert number_of_certificates() == 11


def test_a_changed_last_day_shows_on_the_certificate(hold):
    holding = hold(TODAY, TODAY + YEAR)
    certify()
    number = of(holding).number
    change(holding, valid_until=TODAY - timedelta(days=1))
    assert (of(holding).number, of(holding).valid_until) == (number, TODAY - timedelta(days=1))
    assert of(holding).state(TODAY) == "expired"


def test_the_last_valid_day_is_valid(hold):
    holding = hold(TODAY - YEAR, TODAY)
    certify()
    assert of(holding).state(TODAY) == "valid"
    assert of(holding).state(TODAY + timedelta(days=1)) == "expired"


def test_a_revoked_holding_revokes_its_certificate_from_that_day_on(hold):
    holding = hold(TODAY - YEAR, TODAY + YEAR)
    certify()
    change(holding, revoked_on=TODAY, revoke_reason="The paper was forged.")
    assert (of(holding).state(TODAY), of(holding).revoked_reason) == ("revoked", "The paper was forged.")
    assert of(holding).state(TODAY - timedelta(days=1)) == "valid"
    change(holding, revoked_on=None, revoke_reason="")
    assert (of(holding).state(TODAY), of(holding).revoked_reason) == ("valid", "")


def test_a_holding_without_its_source_is_revoked_and_comes_back_with_it(hold):
    holding = hold(TODAY, TODAY + YEAR)
    certify()
    change(holding, withdrawn=True)
    assert of(holding).state(TODAY) == "revoked"
    change(holding, withdrawn=False)
    assert of(holding).state(TODAY) == "valid"


def test_a_suspension_suspends(hold):
    holding = hold(TODAY, TODAY + YEAR)
    certify()
    change(holding, suspensions=[{"from": TODAY.isoformat(), "until": None, "reason": "leave"}])
    assert of(holding).state(TODAY) == "suspended"
    change(holding, suspensions=[{"from": TODAY.isoformat(), "until": TODAY.isoformat(), "reason": "leave"}])
    assert of(holding).state(TODAY) == "valid"


def test_a_holding_that_counted_for_nothing_from_the_start_gives_none(hold):
    row = hold(TODAY, TODAY + YEAR, withdrawn=True)
    certify()
    assert of(row).state(TODAY) == "revoked"
    assert number_of_certificates() == 1


def test_an_administrator_revokes_with_a_reason_and_nothing_brings_it_back(admin, hold):
    holding = hold(TODAY, TODAY + YEAR)
    certify()
    certificate = of(holding)
    with pytest.raises(Invalid):
        certificates.revoke(certificate, "  ", admin)
    certificates.revoke(certificate, "Issued by mistake.", admin)
    with pytest.raises(Conflict):
        certificates.revoke(certificate, "Again.", admin)
    change(holding, valid_until=TODAY + 2 * YEAR)
    assert (certificate.state(TODAY), certificate.revoked_reason) == ("revoked", "Issued by mistake.")


def test_who_may_see_and_revoke(certificate, learner, author, admin, stranger):
    assert certificates.find_certificate(certificate.id, learner) is certificate
    with pytest.raises(NotAllowed):
        certificates.find_certificate(certificate.id, author)
    with pytest.raises(NotAllowed):
        certificates.revoke(certificate, "No.", learner)
    with pytest.raises(NotFound):
        certificates.find_certificate(certificate.id, stranger)


def test_a_certificate_keeps_the_version_of_the_design_it_was_issued_with(admin, author, learner, certificate):
    attrs = {"heading": "Diploma", "text": "passed", "colour": "#13703c"}
    first = certificates.save_template(TemplateAttrs(**attrs), admin)
    with_first = complete(author, learner, "Lifting")
    second = certificates.save_template(TemplateAttrs(**{**attrs, "heading": "Proof"}), admin)
    with_second = complete(author, learner, "Climbing")
    assert [row.template for row in (certificate, with_first, with_second)] == [None, first, second]
    assert (first.version, second.version) == (1, 2)


def test_numbers_are_drawn_at_random_and_read_back_however_they_are_typed():
    numbers = {new_number() for _ in range(500)}
    assert len(numbers) == 500
    for number in numbers:
        assert normalized(number.lower().replace("-", " ")) == number
        assert normalized(f" {number} ") == number


def test_a_slip_of_the_pen_never_is_another_number():
    number = new_number()
    for place, sign in enumerate(number):
        if sign == "-":
            continue
        for other in ALPHABET.replace(sign, ""):
            assert normalized(number[:place] + other + number[place + 1 :]) is None
    signs = number.replace("-", "")
    for place in range(15):
        if signs[place] != signs[place + 1]:
            assert normalized(signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]) is None


@pytest.mark.parametrize("typed", ["", "x", "0" * 16, "Ω" * 16, "A" * 10_000, "%00", "../../etc"])
def test_what_cannot_be_a_number_is_not_looked_up(app, typed, statements):
    assert certificates.verified(typed) is None
    assert statements == []

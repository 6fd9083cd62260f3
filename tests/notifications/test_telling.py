"""Who is told of a change, how, and who is not."""

import pytest
from sqlalchemy import insert, select

from lms import accounts, classroom, courses, notifications, results
from lms.accounts import User, UserAttrs
from lms.classroom import EventAttrs
from lms.courses import Subject
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.notifications import Mail, Notification
from tests import factories


def tell() -> None:
    """Deliver every change to the notifications subscriber, as its worker does."""
    db.session.commit()
    ids = list(db.session.scalars(select(Change.id)))
    outcome = deliver(EventCenter.subscribers["notifications"], ids)
    assert not outcome.waiting


def told(kind: str) -> tuple[list[str], list[str]]:
    """The names of those who got a note of this kind, and of those who got a mail."""
    notes, mails = (
        list(db.session.scalars(select(User.name).join(model, model.user_id == User.id).where(model.kind == kind)))
        for model in (Notification, Mail)
    )
    return sorted(notes), sorted(mails)


@pytest.fixture
def open_course(author):
    return factories.open_course(author)


@pytest.fixture
def enrolled(organization, author, open_course):
    """Two people in the course, who know of it already."""
    people = [factories.user(organization, name) for name in ("Bob", "Cleo")]
    courses.enroll(open_course, [person.id for person in people], author)
    tell()
    return people


def test_a_new_subject_is_told_to_everyone_enrolled_and_not_to_who_added_it(author, open_course, enrolled, learner):
    courses.enroll(open_course, [author.id], author)
    factories.subject(open_course, author, "Hoses")
    tell()
    assert told("subject_added") == (["Bob", "Cleo"], ["Bob", "Cleo"])


def test_telling_again_tells_nobody_twice(author, open_course, enrolled):
    factories.subject(open_course, author)
    tell()
    tell()
    assert told("subject_added") == (["Bob", "Cleo"], ["Bob", "Cleo"])


def test_everybody_hears_it_in_the_way_they_chose(organization, author, open_course, enrolled):
    dora = factories.user(organization, "Dora")
    courses.enroll(open_course, [dora.id], author)
    notifications.set_preferences(enrolled[0], {"subject_added": "in_app"})
    notifications.set_preferences(enrolled[1], {"subject_added": "off"})
    factories.subject(open_course, author)
    tell()
    assert told("subject_added") == (["Bob", "Dora"], ["Dora"])


def test_somebody_who_is_not_active_hears_nothing(admin, author, open_course, enrolled):
    accounts.deactivate_user(enrolled[0], admin)
    factories.subject(open_course, author)
    tell()
    assert told("subject_added") == (["Cleo"], ["Cleo"])


def test_people_in_a_draft_hear_of_it_when_it_opens_and_not_before(author, course, learner):
    courses.enroll(course, [learner.id], author)
    factories.subject(course, author)
    tell()
    assert told("enrolled") == told("subject_added") == ([], [])
    courses.publish_course(course, author)
    tell()
    assert told("course_published") == ([learner.name], [learner.name])


def test_being_enrolled_is_told_and_enrolling_oneself_is_not(author, organization, learner):
    course = factories.open_course(author, self_enrollment=True)
    other = factories.user(organization, "Olga")
    courses.enroll(course, [other.id], author)
    courses.enroll_self(course, learner)
    tell()
    assert told("enrolled") == (["Olga"], ["Olga"])


def test_completing_a_course_is_told_to_the_learner_who_did_it(author, learner):
    course = factories.open_course(author, subjects=1)
    [enrollment] = courses.enroll(course, [learner.id], author)
    results.finish_content(enrollment, course.subjects[0], learner)
    tell()
    assert told("course_completed") == ([learner.name], [learner.name])


@pytest.mark.parametrize(("change", "is_told"), [({"location": "Hall"}, True), ({"description": "Gloves"}, False)])
def test_those_enrolled_hear_that_an_event_is_elsewhere_and_not_of_its_every_word(
    author, open_course, enrolled, change, is_told
):
    attrs = factories.event_attrs()
    event, _subject = courses.create_event_as_subject(open_course, attrs, author)
    classroom.update_event(event, EventAttrs(**attrs.model_dump() | change), author)
    tell()
    names = ["Bob", "Cleo"] if is_told else []
    assert told("event_changed") == (names, names)


def test_who_is_invited_gets_a_mail_that_cannot_be_switched_off_and_another_when_invited_again(admin):
    attrs = UserAttrs(name="New Nurse", email="new@harbour.example", roles=["learner"])
    user = accounts.invite_user(attrs, admin)
    tell()
    accounts.invite_again(user, admin)
    tell()
    assert told("invitation") == ([], ["New Nurse", "New Nurse"])
    assert "invitation" not in notifications.CHOICES
    stored = db.session.scalars(select(Mail.params)).first()
    assert "token" not in stored
    assert stored["organization"] == "Harbour Hospital"


def test_who_is_made_without_an_invitation_gets_no_mail(admin, learner):
    tell()
    assert told("invitation") == ([], [])


def latest_change() -> int:
    """The id of the change that was broadcast last."""
    return db.session.scalar(select(Change.id).order_by(Change.id.desc()))


def test_if_telling_fails_nothing_of_it_is_kept(author, open_course, enrolled):
    factories.subject(open_course, author)
    change_id = latest_change()
    row = {"organization_id": author.organization_id, "user_id": enrolled[1].id, "change_id": change_id}
    db.session.execute(insert(Mail), [row | {"kind": "subject_added", "params": {}}])
    db.session.commit()
    outcome = deliver(EventCenter.subscribers["notifications"], [change_id])
    assert outcome.waiting == [change_id]
    assert told("subject_added") == ([], ["Cleo"])


def test_the_number_of_statements_does_not_grow_with_the_number_of_people(organization, author, statements):
    numbers = []
    for people in (2, 40):
        course = factories.open_course(author)
        courses.enroll(course, [factories.user(organization).id for _ in range(people)], author)
        factories.subject(course, author, f"For {people}")
        change_id = latest_change()
        before = len(statements)
        deliver(EventCenter.subscribers["notifications"], [change_id])
        numbers.append(len(statements) - before)
    assert numbers[0] == numbers[1]


def test_nobody_of_another_organization_is_told(author, open_course, enrolled, stranger):
    foreign = factories.open_course(stranger)
    courses.enroll(foreign, [factories.user(stranger.organization, "Zed").id], stranger)
    tell()
    factories.subject(foreign, stranger)
    tell()
    assert told("subject_added") == (["Zed"], ["Zed"])
    assert db.session.scalar(select(Subject.organization_id).order_by(Subject.id.desc())) == stranger.organization_id

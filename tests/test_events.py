"""EventCenter's contract; first the original's two tests, in Python."""

import pytest
from sqlalchemy import select

from lms import courses
from lms.audits import Audit
from lms.courses import CourseAttrs, Subject, SubjectAttrs
from lms.db import MANY, db, snapshot, transaction
from lms.deliveries import deliver
from lms.events import Change, EventCenter, assert_received
from tests import factories


def test_adding_a_subject_is_heard_with_the_subject_and_the_actor(author, course):
    content = factories.some_content(author)
    with EventCenter.listen() as heard:
        subject = courses.add_subject(course, SubjectAttrs(title="Part 2", content_id=content.id), author)
    assert_received(heard, "created", subject, author)


def test_listeners_hear_nothing_of_what_is_rolled_back(author, course):
    with EventCenter.listen() as heard, pytest.raises(ZeroDivisionError), transaction():
        courses.update_course(course, CourseAttrs(title="Other"), author)
        raise ZeroDivisionError
    assert heard == []
    assert course.title == "Fire safety"


def test_a_savepoint_that_is_rolled_back_takes_its_changes_along(author, course):
    with EventCenter.listen() as heard, transaction() as session:
        savepoint = session.begin_nested()
        EventCenter.broadcast("created", course, author)
        session.flush()
        savepoint.rollback()
        EventCenter.broadcast("deleted", course, author)
    assert [one.action for one in heard] == ["deleted"]


@pytest.mark.parametrize("action", ["create", "Created", "", "archived"])
def test_only_three_actions_exist(author, course, action):
    with pytest.raises(ValueError, match="is not one of"):
        EventCenter.broadcast(action, course, author)


def test_a_live_row_is_no_previous_state(author, course):
    with pytest.raises(ValueError, match="snapshot"):
        EventCenter.broadcast("updated", course, course, author)


def test_previous_and_current_are_the_same_object(author, course):
    with pytest.raises(ValueError, match="not the same"):
        EventCenter.broadcast("updated", snapshot(factories.course(author)), course, author)


def test_an_unsaved_object_is_refused(author, course):
    with pytest.raises(ValueError, match="not saved"):
        EventCenter.broadcast("created", Subject(organization_id=author.organization_id, title="x"), author)


def test_an_actor_of_another_organization_is_refused(course, stranger):
    with pytest.raises(ValueError, match="another organization"):
        EventCenter.broadcast("created", course, stranger)


def test_one_transaction_is_published_once(author, course, monkeypatch):
    published = []
    monkeypatch.setattr(EventCenter, "publish", staticmethod(lambda ids: published.append(list(ids))))
    courses.create_event_as_subject(course, factories.event_attrs(), author)
    assert len(published) == 1
    assert len(published[0]) == 3


def test_many_changes_of_one_transaction_are_written_in_their_order(author, course):
    before = snapshot(course)
    with EventCenter.listen() as heard, transaction():
        for number in range(2 * MANY):
            course.title = f"Title {number}"
            EventCenter.broadcast("updated", before, course, author)
    found = db.session.scalars(select(Change).where(Change.action == "updated").order_by(Change.id)).all()
    assert [change.after["title"] for change in found] == [f"Title {number}" for number in range(2 * MANY)]
    assert {change.before["title"] for change in found} == {before["title"]}
    assert [one.change_id for one in heard] == [change.id for change in found]


def test_an_event_as_subject_is_both_or_neither(author, course):
    with EventCenter.listen() as heard:
        event, subject = courses.create_event_as_subject(course, factories.event_attrs(), author)
    assert subject.event_id == event.id
    assert [one.object_type for one in heard] == ["Session", "Event", "Subject"]


def test_secrets_are_never_in_a_change(author):
    change = db.session.scalars(select(Change).where(Change.object_type == "User")).first()
    assert change.after["email"] == author.email
    assert not {"password", "fs_uniquifier", "analytics_id"} & set(change.after)


def test_a_delivery_is_done_once_however_often_it_arrives(author, course):
    ids = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    audits = EventCenter.subscribers["audits"]
    assert deliver(audits, ids).done == ids
    assert deliver(audits, ids * 2).done == []
    assert len(db.session.scalars(select(Audit)).all()) == len(ids)

"""What is written down when a change is heard: once for each endpoint that wants it, and nothing that is secret."""

import json

from sqlalchemy import inspect, select

from lms import courses, webhooks
from lms.accounts import UserAttrs, create_user
from lms.courses import CourseAttrs
from lms.db import Base, db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.origin import QUIET, Origin, working_for
from lms.webhooks import TYPES, EndpointChanges
from tests import factories
from tests.webhooks.conftest import hear, messages


def test_a_change_is_one_message_to_each_endpoint_that_wants_it(endpoint_for, receiver, author):
    endpoint_for(receiver, "All")
    endpoint_for(receiver, "Courses", types=["Course"])
    endpoint_for(receiver, "New courses", types=["Course"], actions=["created"])
    endpoint_for(receiver, "People", types=["User"])
    endpoint_for(receiver, "Off", enabled=False)
    course = factories.course(author)
    courses.update_course(course, CourseAttrs(title="Fire safety 2"), author)
    hear()
    told = sorted((message.endpoint.title, message.type) for message in messages())
    assert told == [
        ("All", "lms.course.created"), ("All", "lms.course.updated"), ("Courses", "lms.course.created"),
        ("Courses", "lms.course.updated"), ("New courses", "lms.course.created"),
    ]  # fmt: skip


def test_nothing_is_written_twice(endpoint, author):
    factories.course(author)
    hear()
    hear()
    changes = list(db.session.scalars(select(Change)))
    EventCenter.subscribers["webhooks"].handle([one for one in changes if one.object_type == "Course"])
    db.session.commit()
    assert len(messages()) == 1


def test_another_organizations_changes_are_not_told(endpoint, stranger):
    factories.course(stranger)
    hear()
    assert messages() == []


def test_a_new_endpoint_is_not_told_of_the_past(author, endpoint_for, receiver):
    factories.course(author)
    endpoint_for(receiver)
    hear()
    assert messages() == []


def test_without_endpoints_it_costs_one_statement_whatever_the_number_of_changes(app, author, statements):
    for _ in range(20):
        factories.course(author)
    changes = list(db.session.scalars(select(Change).where(Change.object_type == "Course")))
    statements.clear()
    EventCenter.subscribers["webhooks"].handle(changes)
    assert len(statements) == 1


def test_with_endpoints_it_costs_four_at_most(endpoint_for, receiver, author, statements):
    for number in range(3):
        endpoint_for(receiver, str(number))
    for _ in range(20):
        factories.course(author)
    changes = list(db.session.scalars(select(Change).where(Change.object_type == "Course")))
    statements.clear()
    EventCenter.subscribers["webhooks"].handle(changes)
    db.session.commit()
    assert len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]) <= 4
    assert len(messages()) == 60


def test_a_message_is_a_cloud_event_with_both_states_and_who_did_it(endpoint, author):
    course = factories.course(author, "Fire safety")
    courses.update_course(course, CourseAttrs(title="Fire safety 2"), author)
    hear()
    event = json.loads(messages()[-1].body)
    assert (event["specversion"], event["type"]) == ("1.0", "lms.course.updated")
    assert event["subject"] == f"course/{course.id}"
    assert event["id"] == messages()[-1].uid
    assert event["source"].endswith(f"/organizations/{author.organization_id}")
    data = event["data"]
    assert (data["before"]["title"], data["after"]["title"]) == ("Fire safety", "Fire safety 2")
    assert data["changed"] == ["title"]
    assert data["actor"] == {"kind": "person", "id": author.id, "name": "Arthur Author"}


def test_what_an_import_does_is_told_too(endpoint, author):
    with working_for(Origin("r1", via=QUIET)):
        factories.course(author)
    hear()
    assert json.loads(messages()[0].body)["data"]["via"] == "import"


def test_the_hash_of_a_password_leaves_in_no_message(endpoint, organization, admin):
    create_user(UserAttrs(name="Bo", email="bo@harbour.example"), organization.id, "a hash of a password", admin)
    hear()
    [message] = messages()
    assert "bo@harbour.example" in message.body
    assert "a hash of a password" not in message.body


SOUNDS_SECRET = ("password", "secret", "token", "hash", "uniquifier", "private", "key")
HARMLESS = {"password_changed_at"}


def test_what_sounds_like_a_secret_is_marked_as_one_in_every_table_that_is_told(app):
    told = [one for one in Base.registry.mappers if one.class_.__name__ in TYPES]
    assert len(told) == len(TYPES)
    open_secrets = [
        f"{one.class_.__name__}.{attribute.key}"
        for one in told
        for attribute in inspect(one).column_attrs
        if any(word in attribute.key for word in SOUNDS_SECRET) and attribute.key not in HARMLESS
        if not attribute.columns[0].info.get("secret")
    ]
    assert open_secrets == []


def test_switched_off_it_hears_nothing_and_what_waited_has_failed(endpoint, author, admin):
    factories.course(author)
    hear()
    attrs = EndpointChanges(title=endpoint.title, url=endpoint.url, enabled=False)
    webhooks.update_endpoint(endpoint, attrs, admin)
    factories.course(author)
    hear()
    assert [(one.state, one.error) for one in messages()] == [("failed", "The endpoint was switched off.")]


def test_the_secret_of_an_endpoint_is_in_no_change(endpoint):
    change = db.session.scalars(select(Change).where(Change.object_type == "WebhookEndpoint")).one()
    assert endpoint.secret not in json.dumps(change.after)


def test_it_is_delivered_as_the_others_are(endpoint, author):
    factories.course(author)
    ids = list(db.session.scalars(select(Change.id)))
    assert deliver(EventCenter.subscribers["webhooks"], ids).done
    assert not deliver(EventCenter.subscribers["webhooks"], ids).done

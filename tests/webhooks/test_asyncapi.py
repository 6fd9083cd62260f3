"""The AsyncAPI document: valid as far as we use the format, and true of what is really sent.

No package carries the format's own JSON schema (360 KB), so `asyncapi.json` beside this file holds the part of it
that our document uses, without its optional parts, and nothing else is let through.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, FormatChecker

from lms import accounts, courses, webhooks
from lms.courses import CourseAttrs
from lms.events import ACTIONS
from lms.webhooks import TYPES
from tests import factories
from tests.webhooks.conftest import hear

FORMAT = json.loads((Path(__file__).parent / "asyncapi.json").read_text())


@pytest.fixture
def document(app):
    answer = app.test_client().get("/api/v1/asyncapi.json")
    assert answer.status_code == 200
    return answer.json


def references(node) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [one for value in node.values() for one in references(value)]
    return [one for value in node for one in references(value)] if isinstance(node, list) else []


def test_the_document_is_asyncapi_3(document):
    Draft7Validator.check_schema(FORMAT)
    assert [error.message for error in Draft7Validator(FORMAT).iter_errors(document)] == []


def test_every_reference_leads_somewhere(document):
    found = set(references(document))
    for reference in found:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    assert "#/components/schemas/Course" in found


def test_every_payload_is_a_schema(document):
    for message in document["components"]["messages"].values():
        Draft7Validator.check_schema(message["payload"])
    for schema in document["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_everything_that_can_be_told_is_in_it(document):
    assert len(document["components"]["messages"]) == len(TYPES) * len(ACTIONS) + 1


def test_no_secret_is_described(document):
    assert {"password", "fs_uniquifier"}.isdisjoint(document["components"]["schemas"]["User"]["properties"])


def test_what_is_sent_is_as_described(document, endpoint, receiver, author, admin, learner, send):
    course = factories.open_course(author)
    courses.update_course(course, CourseAttrs(title="Fire"), author)
    courses.enroll(course, [learner.id], author)
    courses.unenroll(courses.enrollment_of(learner, course), admin)
    accounts.create_department(accounts.DepartmentAttrs(name="Ward 3"), admin)
    webhooks.send_test(endpoint, admin)
    hear()
    assert send() == len(receiver.received) > 8
    kinds = set()
    for headers, body in receiver.received:
        event = json.loads(body)
        kinds.add(event["type"])
        message = document["components"]["messages"][event["type"]]
        payload = {**message["payload"], "components": document["components"]}
        Draft7Validator(payload, format_checker=FormatChecker()).validate(event)
        Draft7Validator(document["components"]["schemas"]["Headers"]).validate(headers)
    assert {"lms.course.updated", "lms.enrollment.deleted", "lms.user.created", "lms.webhook.test"} <= kinds

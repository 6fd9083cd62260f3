"""The OpenAPI document: valid, and true of what is answered to calls that nobody would think of."""

import os
from contextvars import Context

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from lms import courses
from lms.views.api.docs import document
from tests import factories


def test_the_document_is_openapi_3_1(app: Flask):
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.json["openapi"] == "3.1.0"
    validate(answer.json)


def test_every_address_of_the_api_is_in_it(app: Flask):
    described = {
        (path, method.upper()) for path, one in document()["paths"].items() for method in one if method != "parameters"
    }
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    missing = []
    for rule in rules:
        path = rule.rule.removeprefix("/api/v1").replace("<int:id>", "{id}")
        if "<" not in path and path not in ("/openapi.json", "/asyncapi.json", "/docs"):
            missing += [(path, m) for m in rule.methods - {"HEAD", "OPTIONS"} if (path, m) not in described]
    assert missing == []


def test_the_page_to_read_it_has_its_own_policy_for_styles_and_ours_for_scripts(app: Flask):
    answer = app.test_client().get("/api/v1/docs")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert "unsafe" not in policy["default-src"]
    assert "script-src" not in policy
    assert "swagger-ui-bundle.js" in answer.text


SCOPES = {
    "everything": (),
    "reading": ("people:read", "courses:read", "learning:read", "oversight:read"),
    "courses": ("courses:write",),
}
CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance,
]  # fmt: skip
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
"""Calls per operation and kind of key; 100 takes some minutes."""


@pytest.mark.parametrize("kind", SCOPES)
def test_no_call_is_answered_with_a_failure_or_with_what_is_not_described(
    app, admin, author, learner, program_of, kind
):
    course = factories.open_course(author)
    courses.enroll(course, [learner.id], author)
    bearer = {"Authorization": f"Bearer {program_of(admin, *SCOPES[kind]).bearer}"}
    schema = openapi.from_wsgi("/api/v1/openapi.json", app)
    tried = 0
    for operation in schema.get_all_operations():
        _try(operation.ok(), bearer)
        tried += 1
    assert tried > 60


def _try(operation, bearer: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def check(case):
        Context().run(case.call_and_validate, headers=bearer, checks=CHECKS)

    check()

"""The API as a chain of calls: what was made is shown, changed, acted on and removed, by the links of the document.

Each chain begins with a key that may do everything; what follows comes from the key in question.
"""

import os
from contextvars import Context
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from lms import courses
from lms.keys import SCOPES
from lms.resources import RESOURCES
from lms.views.api.docs import document
from tests import factories
from tests.compliance import world

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
"""Ten chains per key for each; 100 takes some minutes."""
STEPS = 8
CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.response_headers_conformance, checks.use_after_free,
]  # fmt: skip
MADE_AS = {
    "course_id": "courses", "event_id": "events", "content_id": "contents", "subject_id": "subjects",
    "user_id": "people", "department_id": "departments", "parent_id": "departments",
    "job_function_id": "job-functions", "qualification_id": "qualifications",
}  # fmt: skip
"""Which resource a field of a body names."""
READING = tuple(scope for scope in SCOPES if scope.endswith(":read"))


def with_what_depends(described: dict) -> dict:
    """The document with one more kind of link: from what was made to making what names it."""
    described = deepcopy(described)
    for other in RESOURCES.values():
        for field in other.attrs.model_fields if other.create else ():
            maker = RESOURCES.get(MADE_AS.get(field, ""))
            if maker is not None and maker.create:
                made = described["paths"][f"/{maker.name}"]["post"]["responses"]["201"]
                made["links"][f"{other.name} of it"] = {
                    "operationId": f"create-{other.name}", "requestBody": {field: "$response.body#/id"},
                }  # fmt: skip
    return described


@pytest.fixture
def calls(app, admin, author, learner, program_of):
    """Runs chains of calls; returns for each step who made it, what it was and the answer's status."""
    course = factories.open_course(author)
    courses.enroll(course, [learner.id], author)
    world.qualification(admin)
    ours = program_of(admin).bearer

    def run(bearer: str | None) -> list[tuple[bool, str, str, int]]:
        schema = openapi.from_dict(with_what_depends(document()))
        schema.app, seen = app, []
        schema.config.phases.stateful.inference.algorithms = []

        class Chain(schema.as_state_machine()):
            def get_call_kwargs(self, case):
                self.is_ours = case.operation.label.startswith("POST") and "{id}" not in case.operation.path
                used = ours if self.is_ours else bearer
                return {"headers": {"Authorization": f"Bearer {used}"} if used else {}}

            def call(self, case, **kwargs):
                answer = Context().run(super().call, case, **kwargs)
                seen.append((self.is_ours, case.operation.method.upper(), case.operation.path, answer.status_code))
                return answer

            def validate_response(self, response, case, additional_checks=None, **kwargs):
                case.validate_response(response, checks=CHECKS, transport_kwargs=kwargs, recorder=self.recorder)

        few = settings(
            max_examples=2, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        for number in range(5 * EXAMPLES):
            seed(number)(Chain).run(settings=few)
        return seen

    return run


def test_what_was_made_is_read_changed_and_removed(calls, program_of, admin):
    seen = calls(program_of(admin).bearer)
    assert {("POST", 201), ("GET", 200)} <= {(method, status) for _ours, method, _path, status in seen}
    assert {"PATCH", "DELETE"} <= {method for _ours, method, _path, _status in seen}


def test_a_key_that_only_reads_changes_nothing(calls, program_of, admin):
    seen = [step for step in calls(program_of(admin, *READING).bearer) if not step[0]]
    assert ("GET", 200) in {(method, status) for _ours, method, _path, status in seen}
    assert [step for step in seen if step[1] != "GET" and step[3] < 400] == []


@pytest.mark.parametrize("has_key", [True, False])
def test_another_organizations_key_and_none_reach_nothing_that_was_made(calls, program_of, stranger, has_key):
    seen = [step for step in calls(program_of(stranger).bearer if has_key else None) if not step[0]]
    assert seen
    assert [step for step in seen if "{id}" in step[2] and step[3] < 400] == []
    # 404 is for what is no address at all, such as a negative id.
    assert has_key or {401} <= {status for *_rest, status in seen} <= {401, 404}

"""Another organization's objects do not exist: every page and operation with an id in its address answers 404."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from lms import keys
from lms.keys import SCOPES, KeyAttrs
from lms.resources import RESOURCES, in_json
from lms.views import gate
from tests.rights.addresses import FIELDS, NOT_GENERATED, addresses
from tests.rights.rows import rows_of
from tests.rights.world import World

TARGETS = {"department_id": "department", "job_function_id": "job_function", "user_id": "person"}
"""What a requirement is for, where that field counts."""


@pytest.fixture
def ours(app: Flask) -> World:
    """The organization of who asks."""
    return World("harbour")


@pytest.fixture
def theirs(app: Flask) -> World:
    """The other one, whose rows are asked for."""
    return World("northway")


def key_of(world: World) -> dict[str, str]:
    """The headers of a program with a key for everything."""
    key, secret = keys.create_key(KeyAttrs(name="Everything", scopes=list(SCOPES)), world.person)
    return {"Authorization": f"Bearer {key.client_id}.{secret}", "If-Match": "*"}


def with_ids(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with something in its address that must be ours, and each of its methods, but for the public ones."""
    known = {(endpoint, method): need for endpoint, method, need in gate.needs(app)}
    for rule in app.url_map.iter_rules():
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            need = known[rule.endpoint, method]
            if rule.arguments and need is not None and not need.public and rule.endpoint not in NOT_GENERATED:
                yield rule, method


def asked(client: FlaskClient, method: str, address: str, headers: dict[str, str]) -> int:
    """The status of the answer to a request that would change something if it could."""
    body: dict[str, Any] = {"json": {"title": "Taken over"}} if headers or method == "PATCH" else {"data": {"act": "x"}}
    return client.open(address, method=method, headers=headers, **({} if method == "GET" else body)).status_code


def test_another_organizations_objects_are_not_found(app, ours, theirs, sign_in_as):
    person = sign_in_as(ours.person)
    program = key_of(ours)
    before, wrong, number = rows_of(theirs), [], 0
    for rule, method in with_ids(app):
        for address in addresses(rule, ours, theirs):
            number += 1
            headers = program if rule.endpoint.startswith("api.") else {}
            status = asked(person, method, address, headers)
            if status != 404:
                wrong.append(f"{status} {method} {address} ({rule.endpoint})")
    assert not wrong, "\n".join(wrong)
    assert number > 250
    assert rows_of(theirs) == before


def test_what_is_sent_cannot_name_another_organizations_objects(app, ours, theirs):
    """Every field of the API that is an id, in a new object and in a changed one."""
    client, program = app.test_client(), key_of(ours)
    before, wrong, number = rows_of(theirs), [], 0
    for resource in RESOURCES.values():
        kept = ours.rows[resource.model.__tablename__]
        for attrs, method in ((resource.attrs, "POST"), (resource.changes or resource.attrs, "PATCH")):
            operation = resource.create if method == "POST" else resource.update
            for field in (attrs.model_fields if attrs is not None and operation is not None else ()):
                if not field.endswith("_id") or field == "external_id":
                    continue
                number += 1
                sent = {name: in_json(getattr(kept, name, None)) for name in attrs.model_fields}
                sent |= {"email": "new@harbour.example"} if "email" in sent and method == "POST" else {}
                sent |= {"content_id": None} if field == "event_id" and "content_id" in sent else {}
                sent |= {"obtained_on": "2026-01-31", "issuer": "", "note": ""} if "obtained_on" in sent else {}
                sent |= {"target": TARGETS[field]} if "target" in sent and field in TARGETS else {}
                sent[field] = theirs.id_of(FIELDS[field])
                where = f"/api/v1/{resource.name}" + (f"/{kept.id}" if method == "PATCH" else "")
                answer = client.open(where, method=method, json=sent, headers=program)
                if answer.status_code not in (404, 422) or (answer.status_code == 422 and field not in answer.text):
                    wrong.append(f"{answer.status_code} {method} {where} {field}: {answer.text[:300]}")
    assert not wrong, "\n".join(wrong)
    assert number > 8
    assert rows_of(theirs) == before

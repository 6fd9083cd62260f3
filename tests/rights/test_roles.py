"""Who comes in where: every page says it, and whoever it does not name is sent away and has changed nothing."""

from pathlib import Path

import pytest
from werkzeug.routing import Rule

from lms.policy import ROLES, RULES, TEAM
from lms.views import gate
from tests.rights.addresses import address, ids
from tests.rights.rows import rows_of
from tests.rights.world import World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(app):
    """An organization where everything belongs to one person."""
    return World("harbour")


def test_every_page_and_operation_says_what_it_needs(app):
    assert [f"{method} {endpoint}" for endpoint, method, need in gate.needs(app) if need is None] == []


def test_nothing_is_declared_for_pages_that_are_not_there(app):
    there = {name for endpoint, method, _need in gate.needs(app) for name in (endpoint, f"{method} {endpoint}")}
    assert {name for name in gate.listed_names() - there if not name.startswith("mailcatcher.")} == set()


def test_no_page_is_declared_in_two_places(app):
    twice = [
        endpoint for endpoint, view in app.view_functions.items()
        if hasattr(view, "needs") and endpoint in gate.listed_names()
    ]  # fmt: skip
    assert twice == []


def test_a_page_that_declares_nothing_is_shown_to_nobody(app, world, sign_in_as, monkeypatch):
    client = sign_in_as(world.person)
    assert client.get("/learn/").status_code == 200
    monkeypatch.delitem(gate.declared(app), ("learning.index", "GET"))
    assert client.get("/learn/").status_code == 403


def test_who_is_not_signed_in_is_asked_to(app, world):
    visitor, wrong = app.test_client(), []
    for rule, method, need in pages(app):
        where = address(rule, {name: world.id_of(table) for name, table in ids(rule).items()})
        answer = visitor.open(where, method=method)
        if answer.status_code != 302 or "/login" not in answer.location:
            wrong.append(f"{answer.status_code} {method} {where} ({need})")
    assert not wrong, "\n".join(wrong)


def pages(app) -> list[tuple[Rule, str, gate.Need]]:
    """Pages that are not for everybody, each with a method and what it needs."""
    known = {(endpoint, method): need for endpoint, method, need in gate.needs(app)}
    return [
        (rule, method, need)
        for rule in app.url_map.iter_rules()
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"})
        if (need := known[rule.endpoint, method]) is not None and not need.public and not need.scope
    ]


OF_SOMEBODY = {"users", "enrollments", "certificates", "evidence", "holdings", "exemptions", "registrations"}
"""Tables of which a row is about a person."""


def is_for_a_team(role: str, need: gate.Need) -> bool:
    """Whether managers come in, and see what is their team's."""
    return role == "manager" and any(TEAM in RULES[kind][action] for action, kind in need.any_of)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_a_role_comes_in_only_where_it_is_named(app, world, sign_in_as, role):
    """With objects of somebody else: what is for their own person, or for other roles, is refused."""
    client, before, wrong = sign_in_as(world.somebody(role)), rows_of(world), []
    for rule, method, need in pages(app):
        if need.own or any(role in RULES[kind][action] for action, kind in need.any_of):
            continue
        where = address(rule, {name: world.id_of(table) for name, table in ids(rule).items()})
        is_list = is_for_a_team(role, need) and not OF_SOMEBODY & set(ids(rule).values())
        answer = client.open(where, method=method)
        if not is_list and answer.status_code not in (403, 404):
            wrong.append(f"{answer.status_code} {method} {where} ({need})")
        if world.person.name in answer.text:
            wrong.append(f"{method} {where} shows somebody of another team ({need})")
    assert not wrong, "\n".join(wrong)
    assert rows_of(world) == before


def test_the_page_about_security_has_the_table_of_today(app):
    told = app.test_cli_runner().invoke(args=["rights"]).output
    assert told.strip() in (ROOT / "docs" / "security.md").read_text()


def test_an_auditor_is_named_nowhere_where_something_changes_but_may_verify_the_trail(app):
    assert [
        f"{method} {rule.endpoint} {need}"
        for rule, method, need in pages(app)
        if method != "GET" and not need.own and any("auditor" in RULES[kind][action] for action, kind in need.any_of)
    ] == ["POST chain.verify verify Audit"]

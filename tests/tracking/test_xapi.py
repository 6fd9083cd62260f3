"""The xAPI endpoint: who may speak, statements, documents, and each launch for itself."""

import json
from uuid import uuid4

import pytest

from tests.packages import making
from tests.tracking.playing import VERSION, Unit, begin

EXPERIENCED = "http://adlnet.gov/expapi/verbs/experienced"


@pytest.fixture
def unit(app, author, learner) -> Unit:
    """A cmi5 unit that has said initialized."""
    playing = begin(app, author, learner, making.cmi5(making.au(moveOn="Passed")))
    opened = Unit(playing, playing.open())
    opened.say("initialized")
    return opened


def test_about_tells_the_versions_to_anybody(app):
    answer = app.test_client().get("/xapi/about")
    assert "1.0.3" in answer.json["version"]
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 400), ({"X-Experience-API-Version": "0.95"}, 400), (VERSION, 401),
    ({**VERSION, "Authorization": "Basic guessed"}, 401), ({**VERSION, "Authorization": "Basic "}, 401),
])  # fmt: skip
def test_without_version_or_token_nothing_is_answered(app, headers, status):
    assert app.test_client().get("/xapi/statements", headers=headers).status_code == status


def test_content_from_elsewhere_may_ask_before_it_speaks(app):
    answer = app.test_client().options("/xapi/statements", headers={"Origin": "https://example.org"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_content_that_adds_a_slash_to_the_endpoint_is_understood(unit):
    assert unit.ask("GET", "/statements").status_code == 200
    assert unit.ask("GET", "/activities/state", query_string=unit.where("LMS.LaunchData")).json == unit.data


def test_put_get_and_put_again(unit):
    id = str(uuid4())
    body = unit.statement(EXPERIENCED, category=False)
    put = lambda what: unit.ask("PUT", "statements", query_string={"statementId": id}, json=what)  # noqa: E731
    assert put(body).status_code == 204
    assert put(body).status_code == 204
    assert put({**body, "object": {"id": "https://example.org/other"}}).status_code == 409
    assert put({**body, "id": str(uuid4())}).status_code == 400
    found = unit.ask("GET", "statements", query_string={"statementId": id}).json
    assert (found["id"], found["verb"], found["version"]) == (id, body["verb"], "1.0.0")
    assert {"stored", "timestamp", "authority"} <= set(found)


CHANGES = (
    {"actor": {"account": {"homePage": "http://127.0.0.1:5000", "name": "another"}}},
    {"actor": {"mbox": "mailto:a@b.c"}},
    {"verb": {}}, {"verb": {"id": "no iri"}}, {"object": {}}, {"object": {"objectType": "Thing", "id": "a:b"}},
    {"id": "1"}, {"result": {"score": {"scaled": 2}}}, {"result": {"score": {"raw": 5, "max": 4}}},
    {"result": {"score": {"raw": True}}}, {"result": {"success": "yes"}}, {"result": {"duration": "five minutes"}},
    {"result": {"rank": 1}}, {"timestamp": "yesterday"}, {"unknown": 1}, {"context": {"registration": "1"}},
    {"context": {"contextActivities": {"parent": [{"id": "x"}]}}}, {"attachments": [{"usageType": "a:b"}]},
    {"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}, {"object": {"objectType": "StatementRef", "id": "1"}},
)  # fmt: skip


def test_what_is_no_statement_is_refused_with_the_reason(unit):
    for change in CHANGES:
        answer = unit.ask("POST", "statements", json={**unit.statement(EXPERIENCED, category=False), **change})
        assert (answer.status_code, answer.text[-1:]) == (400, "."), change


def test_what_is_no_json_is_refused(unit):
    for data in (b"", b"{", b"NaN", b"[" * 100_000):
        assert unit.ask("POST", "statements", data=data, content_type="application/json").status_code == 400


def test_attachments_are_refused_cleanly(unit):
    answer = unit.ask("POST", "statements", data=b"--x--", content_type="multipart/mixed; boundary=x")
    assert answer.status_code == 415


def test_statements_are_found_by_what_they_say_a_page_at_a_time(unit):
    for number in range(5):
        target = {"id": f"https://example.org/page/{number % 2}"}
        assert unit.say(EXPERIENCED, category=False, object=target) == 200
    ask = lambda **query: unit.ask("GET", "statements", query_string=query).json  # noqa: E731
    assert len(ask(verb=EXPERIENCED)["statements"]) == 5
    assert len(ask(activity="https://example.org/page/1")["statements"]) == 2
    assert len(ask(registration=unit.parameters["registration"])["statements"]) == 7
    assert ask(registration=str(uuid4()))["statements"] == []
    first = ask(verb=EXPERIENCED, limit="2", ascending="true")
    assert len(first["statements"]) == 2
    second = unit.playing.visitor.get(first["more"], headers=unit.headers).json
    third = unit.playing.visitor.get(second["more"], headers=unit.headers).json
    assert (len(second["statements"]), len(third["statements"]), third["more"]) == (2, 1, "")
    last = first["statements"][-1]["stored"]
    assert len(ask(verb=EXPERIENCED, since=last)["statements"]) == 3
    assert unit.ask("GET", "statements", query_string={"agent": '{"mbox": "mailto:a@b.c"}'}).status_code == 403


def test_a_voided_statement_is_found_as_voided_only(unit):
    body = unit.statement(EXPERIENCED, category=False)
    id, = unit.ask("POST", "statements", json=body).json
    void = {**body, "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
            "object": {"objectType": "StatementRef", "id": id}}  # fmt: skip
    assert unit.ask("POST", "statements", json=void).status_code == 200
    assert unit.ask("GET", "statements", query_string={"statementId": id}).status_code == 404
    assert unit.ask("GET", "statements", query_string={"voidedStatementId": id}).json["id"] == id
    assert unit.ask("GET", "statements", query_string={"verb": EXPERIENCED}).json["statements"] == []
    initialized = unit.ask("GET", "statements", query_string={"verb": unit.statement("initialized")["verb"]["id"]})
    own = {**void, "object": {"objectType": "StatementRef", "id": initialized.json["statements"][0]["id"]}}
    assert unit.ask("POST", "statements", json=own).status_code == 409


def test_state_is_written_merged_listed_and_deleted(unit):
    where = unit.where("bookmark")
    assert unit.document("bookmark").status_code == 404
    assert unit.ask("PUT", "activities/state", query_string=where, json={"page": 1}).status_code == 204
    assert unit.ask("POST", "activities/state", query_string=where, json={"sound": True}).status_code == 204
    assert unit.document("bookmark").json == {"page": 1, "sound": True}
    odd = unit.ask("POST", "activities/state", query_string=where, data=b"x", content_type="text/plain")
    assert odd.status_code == 400
    assert unit.ask("GET", "activities/state", query_string=unit.where()).json == ["LMS.LaunchData", "bookmark"]
    assert unit.ask("DELETE", "activities/state", query_string=where).status_code == 204
    assert unit.document("bookmark").status_code == 404


def test_state_outlasts_the_session_and_belongs_to_the_attempt(unit):
    unit.ask("PUT", "activities/state", query_string=unit.where("bookmark"), data=b"\x00\xff", content_type="image/png")
    again = Unit(unit.playing, unit.playing.open())
    assert again.document("bookmark").data == b"\x00\xff"
    assert unit.document("bookmark", registration=str(uuid4())).status_code == 403
    unit.playing.client.post(f"{unit.playing.here}/again")
    assert Unit(unit.playing, unit.playing.open()).document("bookmark").status_code == 404


def test_launch_data_is_not_for_the_unit_to_write(unit):
    answer = unit.ask("PUT", "activities/state", query_string=unit.where("LMS.LaunchData"), json={})
    assert answer.status_code == 403


@pytest.mark.parametrize("resource", ["activities", "agents"])
def test_profiles_are_replaced_only_by_those_who_saw_them(unit, resource):
    where = {"profileId": "p", "activityId": "https://example.org/a", "agent": unit.parameters["actor"]}
    put = lambda body, **headers: unit.ask(  # noqa: E731
        "PUT", f"{resource}/profile", headers={name.replace("_", "-"): value for name, value in headers.items()},
        query_string=where, json=body,
    )  # fmt: skip
    assert put({"a": 1}, If_None_Match="*").status_code == 204
    assert put({"a": 2}).status_code == 409
    assert put({"a": 2}, If_None_Match="*").status_code == 412
    assert put({"a": 2}, If_Match='"stale"').status_code == 412
    tag = unit.ask("GET", f"{resource}/profile", query_string=where).headers["ETag"]
    assert put({"a": 2}, If_Match=tag).status_code == 204
    assert unit.ask("GET", f"{resource}/profile", query_string=where).json == {"a": 2}


def test_a_document_has_its_limits(unit):
    where = unit.where("large")
    answer = unit.ask("PUT", "activities/state", query_string=where, data=b"x" * 1_100_000, content_type="text/plain")
    assert (answer.status_code, answer.text) == (400, "A document has at most a megabyte.")


def test_agents_and_activities_say_no_more_than_they_must(unit):
    person = unit.ask("GET", "agents", query_string={"agent": unit.parameters["actor"]}).json
    assert person == {"objectType": "Person", "account": [json.loads(unit.parameters["actor"])["account"]]}
    activity = unit.ask("GET", "activities", query_string={"activityId": "a:b"}).json
    assert activity == {"objectType": "Activity", "id": "a:b"}

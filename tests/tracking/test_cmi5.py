"""cmi5: launch, fetch, what a unit must and may say, moveOn, and what the LMS says."""

import json
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from lms.db import db
from lms.tracking import Statement
from tests.packages import making
from tests.tracking.playing import Unit, begin

PASSED = {"success": True, "score": {"scaled": 0.9}, "duration": "PT1M"}
FAILED = {"success": False, "score": {"scaled": 0.2}, "duration": "PT1M"}
COMPLETED = {"completion": True, "duration": "PT1M"}
ENDED = {"duration": "PT5M"}


@pytest.fixture
def play(app, author, learner):
    return lambda aus: begin(app, author, learner, making.cmi5(aus))


def verbs() -> list[str]:
    """The verbs of all statements, in their order."""
    found = db.session.scalars(select(Statement.verb).order_by(Statement.id)).all()
    return [verb.rpartition("/")[2] for verb in found]


def test_a_unit_is_launched_with_what_cmi5_wants(play, learner):
    playing = play(making.au(moveOn="Passed", masteryScore="0.6"))
    address = playing.open()
    unit = Unit(playing, address)
    assert set(unit.parameters) == {"endpoint", "fetch", "actor", "registration", "activityId"}
    assert unit.parameters["endpoint"] == "http://localhost:5000/xapi/"
    assert json.loads(unit.parameters["actor"]) == {
        "objectType": "Agent", "account": {"homePage": "http://127.0.0.1:5000", "name": str(learner.id)},
    }  # fmt: skip
    assert (unit.data["launchMode"], unit.data["moveOn"], unit.data["masteryScore"]) == ("Normal", "Passed", 0.6)
    assert unit.data["contextTemplate"]["contextActivities"]["grouping"][0]["id"] == "https://example.org/au/1"
    assert unit.data["returnURL"].startswith("http://localhost:5000/play/")
    again = playing.visitor.post(urlsplit(unit.parameters["fetch"]).path)
    assert (again.status_code, again.json["error-code"]) == (200, "1")
    assert verbs() == ["launched"]
    left = playing.visitor.get(urlsplit(unit.data["returnURL"]).path)
    assert (left.status_code, playing.here + "?unit=none" in left.text) == (200, True)


def test_a_session_from_initialized_to_terminated_becomes_a_result(play):
    playing = play(making.au(moveOn="CompletedAndPassed", masteryScore="0.6"))
    unit = Unit(playing, playing.open())
    assert unit.say("initialized") == 200
    assert unit.say("http://adlnet.gov/expapi/verbs/experienced", category=False) == 200
    assert unit.say("completed", result=COMPLETED) == 200
    assert playing.result() is None
    assert unit.say("passed", result=PASSED) == 200
    assert (playing.result().passed, playing.result().score, playing.result().source) == (True, 90, "package")
    assert unit.say("terminated", result=ENDED) == 200
    assert playing.attempt().seconds == 300
    assert verbs() == ["launched", "initialized", "experienced", "completed", "passed", "satisfied", "terminated"]
    satisfied = db.session.scalars(select(Statement.body).where(Statement.verb.endswith("satisfied"))).one()
    assert satisfied["object"]["definition"]["type"] == "https://w3id.org/xapi/cmi5/activitytype/course"


@pytest.mark.parametrize(("move_on", "said", "outcome"), [
    ("Passed", [("passed", PASSED)], True),
    ("Passed", [("completed", COMPLETED)], None),
    ("Passed", [("failed", FAILED)], False),
    ("Completed", [("completed", COMPLETED)], True),
    ("Completed", [("passed", PASSED)], None),
    ("CompletedOrPassed", [("passed", PASSED)], True),
    ("CompletedOrPassed", [("completed", COMPLETED)], True),
    ("CompletedAndPassed", [("completed", COMPLETED), ("failed", FAILED)], False),
    ("CompletedAndPassed", [("passed", PASSED), ("completed", COMPLETED)], True),
    ("NotApplicable", [], True),
])  # fmt: skip
def test_move_on(play, move_on, said, outcome):
    playing = play(making.au(moveOn=move_on))
    unit = Unit(playing, playing.open())
    unit.say("initialized")
    for verb, result in said:
        assert unit.say(verb, result=result) == 200
    result = playing.result()
    assert (result.passed if result else None) is outcome


def test_failed_in_one_session_and_passed_in_the_next(play):
    playing = play(making.au(moveOn="Passed", masteryScore="0.5"))
    unit = Unit(playing, playing.open())
    for verb, result in (("initialized", None), ("failed", FAILED), ("terminated", ENDED)):
        assert unit.say(verb, result=result) == 200
    assert (playing.result().passed, playing.result().score) == (False, 20)
    unit = Unit(playing, playing.open())
    for verb, result in (("initialized", None), ("passed", PASSED), ("terminated", ENDED)):
        assert unit.say(verb, result=result) == 200
    assert (playing.result().passed, playing.result().score) == (True, 90)
    assert playing.attempt().seconds == 600


def test_a_block_is_satisfied_when_all_in_it_are_and_the_course_after_it(play):
    title = "<title><langstring>B</langstring></title>"
    block = f'<block id="https://example.org/b">{title}{making.au(1, moveOn="Passed")}'
    playing = play(f'{block}{making.au(2, moveOn="Passed")}</block>{making.au(3, moveOn="Completed")}')
    for verb, result in (("passed", PASSED), ("passed", PASSED), ("completed", COMPLETED)):
        unit = Unit(playing, playing.open())
        for said, how in (("initialized", None), (verb, result), ("terminated", ENDED)):
            assert unit.say(said, result=how) == 200
    types = [
        body["object"]["definition"]["type"].rpartition("/")[2]
        for body in db.session.scalars(
            select(Statement.body).where(Statement.verb.endswith("satisfied")).order_by(Statement.id)
        )
    ]
    assert types == ["block", "course"]
    assert (playing.result().passed, playing.result().score) == (True, 90)


def test_an_earlier_session_that_never_ended_is_abandoned(play):
    playing = play(making.au(moveOn="Passed"))
    first = Unit(playing, playing.open())
    first.say("initialized")
    second = Unit(playing, playing.open())
    assert verbs() == ["launched", "initialized", "abandoned", "launched"]
    assert first.say("passed", result=PASSED) == 403
    assert second.say("initialized") == 200


def test_what_a_unit_must_not_say_is_forbidden_and_changes_nothing(play):
    playing = play(making.au(moveOn="CompletedAndPassed", masteryScore="0.6"))
    unit = Unit(playing, playing.open())
    refused = unit.ask("POST", "statements", json=unit.statement("passed", result=PASSED))
    assert (refused.status_code, refused.text) == (403, "“initialized” comes first.")
    assert unit.say("experienced", category=False) == 403
    assert unit.say("initialized") == 200
    assert unit.say("initialized") == 403
    assert unit.say("launched") == 403
    assert unit.say("https://w3id.org/xapi/adl/verbs/satisfied") == 403
    assert unit.say("passed", result={"success": True, "score": {"scaled": 0.5}}) == 403
    assert unit.say("failed", result={"success": False, "score": {"scaled": 0.7}}) == 403
    assert unit.say("passed", result={"success": False}) == 403
    assert unit.say("completed", result={"completion": False}) == 403
    assert unit.say("passed", result={**PASSED, "completion": True}) == 403
    assert unit.say("passed", result=PASSED, object={"id": "https://example.org/another"}) == 403
    wrong = unit.statement("passed", result=PASSED)
    wrong["context"]["extensions"] = {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": "another"}
    assert unit.ask("POST", "statements", json=wrong).status_code == 403
    wrong = unit.statement("passed", result=PASSED)
    wrong["context"]["registration"] = "a58fcea5-3bde-4a1b-a7bb-5a1b1e10ea04"
    assert unit.ask("POST", "statements", json=wrong).status_code == 403
    assert verbs() == ["launched", "initialized"]
    assert unit.say("passed", result=PASSED) == 200
    assert unit.say("passed", result=PASSED) == 403
    assert unit.say("failed", result=FAILED) == 403
    assert unit.say("terminated", result=ENDED) == 200
    assert unit.say("experienced", category=False) == 403
    assert playing.result() is None


def test_all_of_a_batch_or_none(play):
    playing = play(making.au(moveOn="Passed"))
    unit = Unit(playing, playing.open())
    batch = [unit.statement("initialized"), unit.statement("passed", result=PASSED), unit.statement("initialized")]
    assert unit.ask("POST", "statements", json=batch).status_code == 403
    assert verbs() == ["launched"]
    answer = unit.ask("POST", "statements", json=batch[:2])
    assert (answer.status_code, len(answer.json)) == (200, 2)
    assert playing.result().passed is True


def test_a_unit_that_wants_its_own_window_is_not_put_in_a_frame(play):
    playing = play(making.au(launchMethod="OwnWindow"))
    page = playing.client.get(playing.here)
    assert "This unit wants a window of its own" in page.text
    assert "<iframe" not in page.text
